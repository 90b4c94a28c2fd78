import { CallLog } from '../../../../src/lib/sandbox/call-log.ts';
import { SandboxClock } from '../../../../src/lib/sandbox/clock.ts';
import { FaultPlan } from '../../../../src/lib/sandbox/faults.ts';
import {
  NomadSandbox,
  type NomadScenario,
} from '../../../../src/lib/sandbox/nomad/nomad-sandbox.ts';
import type { AllocationRecord, NodeRecord } from '../../../../src/lib/sandbox/nomad/records.ts';
import { seededRandom } from '../../../../src/lib/sandbox/random.ts';

/** The result of an HTTP request. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The result of running the CLI. */
export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running sandbox whose time passes only when the test advances it. */
export class World {
  readonly clock: SandboxClock;
  readonly faults = new FaultPlan();
  readonly calls = new CallLog();
  readonly nomad: NomadSandbox;

  constructor(scenario: NomadScenario, seed = 1) {
    this.clock = new SandboxClock({ rate: 0, start: new Date('2026-11-23T16:20:45Z') });
    const { clock, faults, calls } = this;
    this.nomad = new NomadSandbox({ clock, random: seededRandom(seed), faults, calls }, scenario);
  }

  static async start(scenario: NomadScenario, seed?: number): Promise<World> {
    const world = new World(scenario, seed);
    await world.nomad.start();
    return world;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.nomad.stop();
    this.clock.stop();
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.nomad.port}${path}`;
  }

  async request(path: string, method = 'GET', body?: unknown): Promise<Got> {
    const response = await fetch(this.url(path), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Sends a request while time passes, for responses that are held until something happens. */
  async requestOverTime(path: string, ms: number, method = 'GET', body?: unknown): Promise<Got> {
    const pending = this.request(path, method, body);
    await arrived();
    await this.clock.advance(ms);
    return pending;
  }

  /** Runs the CLI while up to `ms` milliseconds pass, then ends it. */
  async cli(
    argv: readonly string[],
    ms = 0,
    options: { readonly tty?: boolean } = {},
  ): Promise<CliRun> {
    const controller = new AbortController();
    let stdout = '';
    let stderr = '';
    const run = this.nomad.cli(argv, {
      stdin: nothing(),
      stdout: (data) => {
        stdout += data.toString();
      },
      stderr: (data) => {
        stderr += data.toString();
      },
      tty: options.tty ?? false,
      signal: controller.signal,
    });
    await arrived();
    await this.clock.advance(ms);
    controller.abort();
    return { code: await run, stdout, stderr };
  }

  node(at = 0): NodeRecord {
    return must(this.nomad.state.nodes.all()[at]);
  }

  allocationOf(jobId: string, at = 0): AllocationRecord {
    const newest = [...this.nomad.state.allocationsOfJob(jobId)].sort(
      (a, b) => b.createIndex - a.createIndex,
    );
    return must(newest[at]);
  }
}

/** Returns a value that must be defined. */
export function must<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error('the test expected something here');
  return value;
}

/** Waits for a request that was just sent to reach the server. */
export async function arrived(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function* nothing(): AsyncIterable<Uint8Array> {
  // Standard input is empty.
}
