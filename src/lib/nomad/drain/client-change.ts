import { mapBounded } from '../../bounded.ts';
import type { Clock, Milliseconds } from '../../clock.ts';
import { AdminError, EXIT_CODES, isAdminError } from '../../errors.ts';
import { eventsOfWork } from '../../events-of-work.ts';
import { keepTrying } from '../../keep-trying.ts';
import type { NomadClient } from '../client.ts';
import type { NodeId, NodeStatus, NomadNode } from '../model.ts';
import type { ClientName, ReportedError } from './drain-events.ts';

/** The part of the Nomad client that ends drains and changes eligibility. */
export type ClientChanger = Pick<NomadClient, 'node' | 'cancelDrain' | 'setEligibility'>;

/** A client to change, and the action. */
export interface ClientChange extends ClientName {
  readonly status: NodeStatus;
  readonly eligible: boolean;
  readonly draining: boolean;
  readonly action: 'end-drain' | 'make-eligible' | 'make-ineligible' | 'nothing';
  /** Whether the client accepts builds afterwards. */
  readonly eligibleThen: boolean;
}

/** A client in a {@link ClientChangeReport}. */
export interface ChangedClient extends ClientName {
  readonly outcome: 'changed' | 'unchanged' | 'failed' | 'not-done';
  /** As read back after the change; null if it could not be read. */
  readonly eligible: boolean | null;
  readonly draining: boolean | null;
  readonly error: ReportedError | null;
}

/** The result of changing clients. */
export interface ClientChangeReport {
  readonly nodes: readonly ChangedClient[];
  readonly exitCode: number;
}

/** An event while clients are changed. The last event is the report. */
export type ClientChangeEvent = { readonly at: Date } & (
  | { readonly type: 'changed'; readonly node: ChangedClient }
  | {
      readonly type: 'retrying';
      readonly node: ClientName;
      readonly code: string;
      readonly message: string;
      readonly attempt: number;
      readonly retryInMs: number;
    }
  | { readonly type: 'failed'; readonly node: ChangedClient }
  | { readonly type: 'report'; readonly report: ClientChangeReport }
);

/** The options of changing clients. */
export interface ClientChangeOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How many clients are changed concurrently; 10 by default. */
  readonly concurrency?: number;
  /** How long requests are retried while Nomad fails, in milliseconds; a minute by default. */
  readonly patienceMs?: Milliseconds;
}

const PATIENCE_MS: Milliseconds = 60_000;
const CHANGES_AT_ONCE = 10;

/** Builds a change from a client and an action. */
export function clientChange(
  node: NomadNode,
  action: ClientChange['action'],
  eligibleThen: boolean,
): ClientChange {
  const { id, name, status, eligible, draining } = node;
  return { id, name, status, eligible, draining, action, eligibleThen };
}

/**
 * Changes clients, several concurrently, and reads each back: the result is what Nomad then
 * reports. An error of a single client is part of the report; only a bug throws.
 */
export function changeClients(
  nomad: ClientChanger,
  changes: readonly ClientChange[],
  options: ClientChangeOptions,
): AsyncGenerator<ClientChangeEvent, void> {
  const limit = options.concurrency ?? CHANGES_AT_ONCE;
  return eventsOfWork(options.signal, async (emit, signal) => {
    const inner = { ...options, signal, emit };
    const nodes = await mapBounded(changes, limit, (change) => changeClient(nomad, change, inner));
    const report = { nodes, exitCode: changeExitCode(nodes) };
    emit({ type: 'report', at: options.clock.now(), report });
  });
}

interface InnerOptions extends ClientChangeOptions {
  readonly emit: (event: ClientChangeEvent) => void;
}

async function changeClient(
  nomad: ClientChanger,
  change: ClientChange,
  options: InnerOptions,
): Promise<ChangedClient> {
  const { id, name, eligible, draining } = change;
  const { clock, signal, emit } = options;
  const unread = { id, name, eligible: null, draining: null, error: null };
  if (change.action === 'nothing') return { ...unread, eligible, draining, outcome: 'unchanged' };
  const patience = {
    clock,
    signal,
    patienceMs: options.patienceMs ?? PATIENCE_MS,
    onFailure: ({ code, message }: AdminError, attempt: number, retryInMs: Milliseconds): void =>
      emit({
        type: 'retrying',
        at: clock.now(),
        node: { id, name },
        code,
        message,
        attempt,
        retryInMs,
      }),
  };
  try {
    const after = await keepTrying(() => applyAndRead(nomad, change, signal), patience);
    const node: ChangedClient = { ...unread, ...after, outcome: 'changed' };
    emit({ type: 'changed', at: clock.now(), node });
    return node;
  } catch (thrown) {
    if (signal.aborted) return { ...unread, outcome: 'not-done' };
    if (!isAdminError(thrown)) throw thrown;
    const { code, message, exitCode } = thrown;
    const node: ChangedClient = {
      ...unread,
      outcome: 'failed',
      error: { code, message, exitCode },
    };
    emit({ type: 'failed', at: clock.now(), node });
    return node;
  }
}

async function applyAndRead(
  nomad: ClientChanger,
  change: ClientChange,
  signal: AbortSignal,
): Promise<Pick<ChangedClient, 'eligible' | 'draining'>> {
  await post(nomad, change, signal);
  const { eligible, draining } = (await nomad.node(change.id, { signal })).value;
  if (eligible !== change.eligibleThen || (draining && change.action === 'end-drain')) {
    throw new AdminError(
      'failed',
      `It is ${eligible ? 'eligible' : 'ineligible'}${draining ? ' and draining' : ''} after the change: somebody else may be changing it too`,
      { code: 'CHANGE_NOT_SEEN', hint: `circleci-admin nomad node-status ${change.id}` },
    );
  }
  return { eligible, draining };
}

function post(nomad: ClientChanger, change: ClientChange, signal: AbortSignal): Promise<void> {
  const id: NodeId = change.id;
  return change.action === 'end-drain'
    ? nomad.cancelDrain(id, change.eligibleThen, { signal })
    : nomad.setEligibility(id, change.eligibleThen, { signal });
}

function changeExitCode(nodes: readonly ChangedClient[]): number {
  const failed = nodes.flatMap((node) => (node.error ? [node.error.exitCode] : []));
  if (failed.length === 0) return 0;
  const [first] = failed;
  const alike = first !== undefined && failed.every((code) => code === first);
  return failed.length === nodes.length && alike ? first : EXIT_CODES.partial;
}
