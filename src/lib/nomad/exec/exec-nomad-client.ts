import type { Clock, Milliseconds } from '../../clock.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type {
  AllocationListOptions,
  DrainSpec,
  LogChunk,
  LogRequest,
  NomadClient,
  ReadOptions,
  Watched,
  WatchOptions,
} from '../client.ts';
import { checkDeadline } from '../http/drain-body.ts';
import { badAnswer } from '../http/errors.ts';
import { createHttpNomadClient } from '../http/http-nomad-client.ts';
import type {
  Agent,
  Allocation,
  AllocationId,
  Evaluation,
  JobId,
  NodeId,
  NomadJob,
  NomadJobDetail,
  NomadNode,
  NomadNodeDetail,
} from '../model.ts';
import { CliReads, type NomadReads } from './cli-reads.ts';
import { type CliVersion, isSince, parseCliVersion } from './cli-version.ts';
import { execInServerPod } from './exec-in-server-pod.ts';
import { type CliLocation, NomadCommands, type RunNomad } from './nomad-commands.ts';
import { createOperatorApi } from './operator-api.ts';

/** The options of a client that uses the nomad CLI. The token is the pod's own `NOMAD_TOKEN`. */
export interface ExecNomadOptions {
  readonly run: RunNomad;
  /** Where the CLI runs; the server's pod by default. */
  readonly location?: CliLocation;
  readonly clock: Clock;
  /** The maximum time until a command prints its first output. */
  readonly requestTimeout: Milliseconds;
  readonly namespace?: string;
  readonly region?: string;
}

/**
 * Creates a {@link NomadClient} that runs the nomad CLI in the server's pod, as the operations
 * guide does by hand. Reads use `operator api` in Nomad 1.3 and later, which gives the full answers
 * of the HTTP API, and the CLI's own commands before. Nothing is run before the first call.
 */
export function createExecNomadClient(options: ExecNomadOptions): NomadClient {
  return new ExecNomadClient(options);
}

/** Returns a function that runs the nomad CLI in a pod. */
export function nomadInPod(kubernetes: Pick<KubernetesClient, 'exec'>, pod: string): RunNomad {
  return async (args, io) => {
    const request = { pod, command: ['nomad', ...args], ...io };
    return (await execInServerPod(kubernetes, request)).exitCode;
  };
}

class ExecNomadClient implements NomadClient {
  readonly access = 'exec';
  readonly #options: ExecNomadOptions;
  readonly #commands: NomadCommands;
  #version: Promise<CliVersion> | undefined;
  #reads: Promise<NomadReads> | undefined;

  constructor(options: ExecNomadOptions) {
    const run: RunNomad = (args, io) => options.run(withTarget(args, options), io);
    this.#options = options;
    this.#commands = new NomadCommands({ ...options, run });
  }

  async agent(options: ReadOptions = {}): Promise<Agent> {
    return (await this.#reader()).agent(options);
  }

  async leader(options: ReadOptions = {}): Promise<string | null> {
    return (await this.#reader()).leader(options);
  }

  async serverTime(): Promise<Date | null> {
    // The CLI does not print the time, but the call must still fail if the pod does not answer.
    await this.#release();
    return null;
  }

  async *nodes(
    options: ReadOptions & { readonly resources?: boolean } = {},
  ): AsyncGenerator<NomadNode, void> {
    yield* (await this.#reader()).nodes(options);
  }

  async node(id: NodeId, options: WatchOptions = {}): Promise<Watched<NomadNodeDetail>> {
    return (await this.#reader()).node(id, options);
  }

  async nodeAllocations(
    id: NodeId,
    options: WatchOptions = {},
  ): Promise<Watched<readonly Allocation[]>> {
    return (await this.#reader()).nodeAllocations(id, options);
  }

  async *allocations(options: AllocationListOptions = {}): AsyncGenerator<Allocation, void> {
    yield* (await this.#reader()).allocations(options);
  }

  async allocation(id: AllocationId, options: WatchOptions = {}): Promise<Watched<Allocation>> {
    return (await this.#reader()).allocation(id, options);
  }

  async *jobs(options: ReadOptions = {}): AsyncGenerator<NomadJob, void> {
    yield* (await this.#reader()).jobs(options);
  }

  async watchJobs(options: WatchOptions): Promise<Watched<readonly NomadJob[]>> {
    return (await this.#reader()).watchJobs(options);
  }

  async job(id: JobId, options: ReadOptions = {}): Promise<NomadJobDetail> {
    return (await this.#reader()).job(id, options);
  }

  async jobAllocations(id: JobId, options: ReadOptions = {}): Promise<readonly Allocation[]> {
    return (await this.#reader()).jobAllocations(id, options);
  }

  async jobEvaluations(id: JobId, options: ReadOptions = {}): Promise<readonly Evaluation[]> {
    return (await this.#reader()).jobEvaluations(id, options);
  }

  async *evaluations(options: ReadOptions = {}): AsyncGenerator<Evaluation, void> {
    yield* (await this.#reader()).evaluations(options);
  }

  async *logs(request: LogRequest): AsyncGenerator<LogChunk, void> {
    yield* (await this.#reader()).logs(request);
  }

  /**
   * Uses the command instead of the API, because a request body needs the standard input of the
   * pod.
   */
  async drain(id: NodeId, spec: DrainSpec, options: ReadOptions = {}): Promise<void> {
    checkDeadline(spec.deadline);
    const meta = Object.entries(spec.meta ?? {});
    const keepsMeta = meta.length > 0 && isSince(await this.#release(), 1, 1);
    const args = [
      ...['node', 'drain', '-enable', '-yes', '-detach'],
      ...deadlineFlags(spec.deadline),
      ...(spec.ignoreSystemJobs ? ['-ignore-system'] : []),
      ...(keepsMeta ? meta.flatMap(([key, value]) => ['-meta', `${key}=${value}`]) : []),
      id,
    ];
    await this.#commands.text(
      args,
      { action: `drain node ${id}`, requires: 'node:write' },
      options.signal,
    );
  }

  async cancelDrain(id: NodeId, eligible: boolean, options: ReadOptions = {}): Promise<void> {
    const operation = { action: `end the drain of node ${id}`, requires: 'node:write' };
    const keep = eligible ? [] : ['-keep-ineligible'];
    const args = ['node', 'drain', '-disable', '-yes', ...keep, id];
    await this.#commands.text(args, operation, options.signal);
  }

  async setEligibility(id: NodeId, eligible: boolean, options: ReadOptions = {}): Promise<void> {
    const word = eligible ? 'eligible' : 'ineligible';
    const operation = { action: `make node ${id} ${word}`, requires: 'node:write' };
    const args = ['node', 'eligibility', eligible ? '-enable' : '-disable', id];
    await this.#commands.text(args, operation, options.signal);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #release(): Promise<CliVersion> {
    this.#version ??= this.#readVersion().catch((error: unknown) => {
      // A failure is not kept, so that the next call tries again.
      this.#version = undefined;
      throw error;
    });
    return this.#version;
  }

  async #readVersion(): Promise<CliVersion> {
    const operation = { action: 'report its version', requires: 'no token' };
    const version = parseCliVersion(await this.#commands.text(['version'], operation));
    if (version === null) throw badAnswer(operation, 'has no version');
    return version;
  }

  #reader(): Promise<NomadReads> {
    this.#reads ??= this.#chooseReads().catch((error: unknown) => {
      this.#reads = undefined;
      throw error;
    });
    return this.#reads;
  }

  async #chooseReads(): Promise<NomadReads> {
    const version = await this.#release();
    if (!isSince(version, 1, 3)) return new CliReads(this.#commands, version);
    return createHttpNomadClient({
      ...this.#options,
      access: this.access,
      http: createOperatorApi(this.#commands),
    });
  }
}

function deadlineFlags(deadline: DrainSpec['deadline']): string[] {
  if (deadline === null) return ['-no-deadline'];
  if (deadline === 'force') return ['-force'];
  return ['-deadline', `${Math.max(1, Math.round(deadline))}ms`];
}

/**
 * Adds `-region` and `-namespace` after the two words of a command. `version` takes neither, and
 * the path of an `operator api` request already contains them.
 */
function withTarget(
  args: readonly string[],
  target: { readonly namespace?: string; readonly region?: string },
): readonly string[] {
  if (args[0] === 'version' || args[0] === 'operator') return args;
  const flags = [
    ...(target.region === undefined ? [] : [`-region=${target.region}`]),
    ...(target.namespace === undefined ? [] : [`-namespace=${target.namespace}`]),
  ];
  return [...args.slice(0, 2), ...flags, ...args.slice(2)];
}
