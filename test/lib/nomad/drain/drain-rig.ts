import { Readable } from 'node:stream';
import { createHttpClient } from '../../../../src/lib/http/undici-client.ts';
import type { NomadClient } from '../../../../src/lib/nomad/client.ts';
import type { DrainEvent, DrainReport } from '../../../../src/lib/nomad/drain/drain-events.ts';
import {
  createExecNomadClient,
  type ExecNomadOptions,
} from '../../../../src/lib/nomad/exec/exec-nomad-client.ts';
import { createHttpNomadClient } from '../../../../src/lib/nomad/http/http-nomad-client.ts';
import type { NodeId, NomadNode } from '../../../../src/lib/nomad/model.ts';
import { CallLog } from '../../../../src/lib/sandbox/call-log.ts';
import { SandboxClock } from '../../../../src/lib/sandbox/clock.ts';
import { FaultPlan } from '../../../../src/lib/sandbox/faults.ts';
import { type JobRequest, NomadSandbox } from '../../../../src/lib/sandbox/nomad/nomad-sandbox.ts';
import { seededRandom } from '../../../../src/lib/sandbox/random.ts';
import type { SandboxContext } from '../../../../src/lib/sandbox/service.ts';
import { NOW } from './drain-samples.ts';

/** A simulated Nomad whose time advances only when told, and a client for it. */
export interface Rig {
  readonly context: SandboxContext;
  readonly clock: SandboxClock;
  readonly sandbox: NomadSandbox;
  readonly nomad: NomadClient;
  /** Starts a build and returns its job's ID. It ends by itself after `durationMs`, or never. */
  build(number: number, durationMs?: number, size?: Pick<JobRequest, 'cpuMhz'>): Promise<string>;
  /** Returns the node that a job runs on. */
  nodeOf(jobId: string): Promise<NomadNode>;
  nodes(): Promise<readonly NomadNode[]>;
  stop(): Promise<void>;
}

/** Starts a {@link Rig}. */
export async function startRig(
  options: { version?: string; clients?: number; calls?: CallLog; exec?: boolean } = {},
): Promise<Rig> {
  const clock = new SandboxClock({ start: NOW, rate: 0 });
  const context = {
    clock,
    random: seededRandom(11),
    faults: new FaultPlan(),
    calls: options.calls ?? new CallLog(),
  };
  const sandbox = new NomadSandbox(context, {
    version: options.version ?? '1.0.4',
    clients: options.clients ?? 2,
    builds: 0,
    finished: 0,
  });
  await sandbox.start();
  const overHttp = createHttpNomadClient({
    http: createHttpClient({
      origin: `http://127.0.0.1:${sandbox.port}`,
      requestTimeout: 5_000,
      clock,
      random: () => 0.5,
      retries: 0,
    }),
    access: 'direct',
    requestTimeout: 5_000,
  });
  const nomad = options.exec
    ? createExecNomadClient({ run: cliOf(sandbox), clock, requestTimeout: 5_000 })
    : overHttp;
  const nodes = async (): Promise<readonly NomadNode[]> => {
    const list: NomadNode[] = [];
    for await (const node of nomad.nodes()) list.push(node);
    return list;
  };
  return {
    context,
    clock,
    sandbox,
    nomad,
    nodes,
    build: async (number, durationMs, size = {}) => {
      const id = `6007ca6352718c10b12${String(number).padStart(5, '0')}-0-build-acme-web-${number}`;
      sandbox.submitJob({ id, durationMs: durationMs ?? null, ...size });
      await pass(clock, 5);
      return id;
    },
    nodeOf: async (jobId) => {
      for await (const allocation of nomad.allocations({ live: true })) {
        if (allocation.jobId !== jobId) continue;
        const found = (await nodes()).find((node) => node.id === allocation.nodeId);
        if (found) return found;
      }
      throw new Error(`${jobId} runs nowhere`);
    },
    stop: async () => {
      await overHttp.close();
      await sandbox.stop();
      clock.stop();
    },
  };
}

/** Runs the nomad CLI as in the server's pod. */
function cliOf(sandbox: NomadSandbox): ExecNomadOptions['run'] {
  return (args, io) =>
    sandbox.cli(args, {
      stdin: Readable.from([]),
      stdout: (data) => void io.stdout.write(data),
      stderr: (data) => void io.stderr.write(data),
      tty: false,
      signal: io.signal ?? new AbortController().signal,
    });
}

/** Waits until the requests in progress on loopback are answered, independently of real time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 25; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Advances the clock by a number of seconds, one by one. */
export async function pass(clock: SandboxClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await settle();
    await clock.advance(1_000);
  }
  await settle();
}

const REPEATED: ReadonlySet<string> = new Set(['retrying', 'waiting']);

/** The events and the report of a drain. */
export interface Watched {
  readonly events: readonly DrainEvent[];
  readonly report: DrainReport;
  /** The types of events in order, without those that may occur any number of times. */
  readonly types: readonly string[];
}

/**
 * Watches a drain to its end while time advances.
 *
 * @param on receives every event at once
 * @param seconds the number of the sandbox's seconds after which the test fails
 */
export async function watch(
  rig: Rig,
  drain: AsyncIterable<DrainEvent>,
  on: (event: DrainEvent) => void = () => undefined,
  seconds = 4_000,
): Promise<Watched> {
  const events: DrainEvent[] = [];
  let done = false;
  const reading = (async () => {
    for await (const event of drain) {
      events.push(event);
      on(event);
    }
  })().finally(() => {
    done = true;
  });
  for (let second = 0; !done && second < seconds; second += 1) await pass(rig.clock, 1);
  if (!done) throw new Error(`no end; events: ${JSON.stringify(events)}`);
  await reading;
  const last = events.at(-1);
  if (last?.type !== 'report') throw new Error(`no report; events: ${JSON.stringify(events)}`);
  const types = events.map((event) => event.type).filter((type) => !REPEATED.has(type));
  return { events, report: last.report, types };
}

/** Returns the state of a client as Nomad reports it. */
export async function standing(rig: Rig, id: NodeId) {
  const { value } = await rig.nomad.node(id);
  const allocations = (await rig.nomad.nodeAllocations(id)).value;
  const live = allocations.filter((one) => ['pending', 'running'].includes(one.clientStatus));
  return { eligible: value.eligible, draining: value.draining, live: live.length };
}
