import type { Milliseconds } from '../../clock.ts';
import type { DrainSpec } from '../client.ts';
import { isBuild } from '../jobs/build-name.ts';
import { endedBuild, isDamaged, isSystem, placedBuild } from '../jobs/placed-build.ts';
import type { Allocation, AllocationId, NomadNode, NomadNodeDetail } from '../model.ts';
import { isConnected } from '../nodes/select-nodes.ts';
import { fitsSpec } from './drain-action.ts';
import type {
  ClientName,
  DrainEvent,
  DrainOutcome,
  EndedBuild,
  PlacedBuild,
  ReportedError,
} from './drain-events.ts';

/** An allocation that was live in the previous observation and no longer is. */
export interface SeenEnd {
  readonly last: Allocation;
  /** The state that was read since; null if Nomad no longer knows the allocation. */
  readonly final: Allocation | null;
}

/** An observation of a draining client. */
export interface Observation {
  readonly at: Date;
  /** With details if the drain is over; null if Nomad no longer knows the node. */
  readonly node: NomadNode | NomadNodeDetail | null;
  readonly live: readonly Allocation[];
  readonly ended: readonly SeenEnd[];
}

/** A drain ends within a second of its last build. One that goes on for so long is forgotten. */
const FORGOTTEN_MS: Milliseconds = 15_000;
/** How often the builds that hold a drain are reported again. */
const REMIND_MS: Milliseconds = 60_000;

/**
 * The progress of the drain of one client. It reads nothing itself: it receives observations and
 * returns the events that follow from them. A drain is over only when Nomad reports that and no
 * allocation is live by client status, because Nomad ends a drain whose deadline has passed seconds
 * before the tasks exit.
 */
export class DrainProgress {
  readonly client: ClientName;
  readonly #spec: DrainSpec;
  readonly #startedAt: Date;
  readonly #ended: EndedBuild[] = [];
  /**
   * Builds that Nomad lost or forgot, and whose client has not reported their end since: they may
   * still run. A build whose job was purged may, for as long as its kill timeout.
   */
  readonly #outOfSight = new Set<AllocationId>();
  #holding: ReadonlyMap<AllocationId, PlacedBuild> | null = null;
  #reportedHolding: { readonly key: string; readonly at: number } | null = null;
  #reportedExiting = false;
  #reportedStrategy = '';
  #set = false;
  /** Since when the drain goes on although no build is left. */
  #emptySince: Date | null = null;
  #renewed = false;
  /**
   * Whether Nomad was in contact with the client since the drain was set: only then is it known
   * what runs there.
   */
  #wasConnected = false;
  #lostContact: 'down' | 'disconnected' | null = null;
  #vanished = false;
  #settled: { readonly outcome: DrainOutcome; readonly safe: boolean; readonly at: Date } | null =
    null;
  #error: ReportedError | null = null;

  constructor({ id, name }: ClientName, spec: DrainSpec, startedAt: Date) {
    this.client = { id, name };
    this.#spec = spec;
    this.#startedAt = startedAt;
  }

  /** The result; null while the drain is in progress. */
  get outcome(): DrainOutcome | null {
    return this.#settled?.outcome ?? null;
  }

  /** Whether nothing runs on the client and nothing new is placed there. */
  get safeToTerminate(): boolean {
    return this.#settled?.safe ?? false;
  }

  /** Returns the duration until the result was known, or until `now`. */
  durationMs(now: Date): Milliseconds {
    return (this.#settled?.at ?? now).getTime() - this.#startedAt.getTime();
  }

  /** The allocations that still run; null if nothing was observed yet, or after an error. */
  get holding(): readonly PlacedBuild[] | null {
    if (this.#error || !this.#holding) return null;
    return [...this.#holding.values()];
  }

  /** All allocations that ended while the drain was watched. */
  get ended(): readonly EndedBuild[] {
    return this.#ended;
  }

  get error(): ReportedError | null {
    return this.#error;
  }

  /** Records that the client was already drained. */
  alreadyDrained(node: Pick<NomadNode, 'status'>, at: Date): DrainEvent {
    this.#holding = new Map();
    this.#settled = { outcome: 'drained', safe: isConnected(node), at };
    return { type: 'already-drained', at, node: this.client };
  }

  /** Records that the client could not be drained, or not be watched to the end. */
  fail(error: ReportedError, at: Date): DrainEvent {
    this.#error = error;
    this.#settled = { outcome: 'failed', safe: false, at };
    return { type: 'failed', at, node: this.client, error };
  }

  /** Records that the drain is in progress, whether set by this run or before. */
  drainSet(set: { readonly at: Date; readonly joined: boolean; readonly deadlineAt: Date | null }) {
    this.#set = true;
    return { type: 'drain-set', node: this.client, ...set } as const;
  }

  /** Records that the wait ended; a drain in progress continues. */
  stopWaiting(timedOut: boolean, at: Date): void {
    const open = timedOut ? 'timed-out' : 'draining';
    this.#settled ??= { outcome: this.#set ? open : 'not-set', safe: false, at };
  }

  /** Whether Nomad has missed that the last build has ended, so that its drain never ends. */
  isForgotten(now: Date): boolean {
    if (this.#settled || this.#renewed || this.#emptySince === null) return false;
    return now.getTime() - this.#emptySince.getTime() >= FORGOTTEN_MS;
  }

  /** The drain was set again because Nomad had forgotten it. That is done once. */
  drainRenewed(at: Date): DrainEvent {
    this.#renewed = true;
    return { type: 'drain-renewed', at, node: this.client };
  }

  /** Processes an observation and returns the resulting events. */
  observe(seen: Observation): readonly DrainEvent[] {
    if (this.#settled) return [];
    const { node, at } = seen;
    const events = [...this.#takeNode(seen), ...this.#takeEnds(seen)];
    const holding = [...(this.#holding?.values() ?? [])];
    // Nomad stops system jobs last: they do not hold a drain.
    const empty = node !== null && isConnected(node) && node.draining && seen.live.every(isSystem);
    this.#emptySince = empty ? (this.#emptySince ?? at) : null;
    if (node?.draining) return [...events, ...this.#reportHolding(at, holding)];
    if (node && (node.eligible || endingOf(node, this.#held(seen)) === 'cancelled')) {
      this.#settled = { outcome: 'cancelled', safe: false, at };
      return [...events, { type: 'cancelled-by-someone', at, node: this.client }];
    }
    if (holding.length === 0) return [...events, ...this.#settle(at)];
    return node === null ? events : [...events, ...this.#reportExiting(at, holding)];
  }

  #takeEnds(seen: Observation): readonly DrainEvent[] {
    const gone = seen.node === null;
    this.#holding = new Map(this.#held(seen).map((one) => [one.id, placedBuild(one)]));
    return seen.ended.flatMap(({ last, final }) => {
      const build = endedBuild(last, final, gone);
      if (!this.#keep(build)) return [];
      return [{ type: 'build-finished', at: seen.at, node: this.client, build } as const];
    });
  }

  /**
   * Records how a build ended; returns false if that is not new. A client that reconnects reports
   * allocations that Nomad took for lost. A build that ended by itself there was not lost. A build
   * that had to be stopped was lost, because Nomad had given it up.
   */
  #keep(build: EndedBuild): boolean {
    const unseen = build.how === 'lost' || build.how === 'unknown';
    if (unseen && isBuild(build)) this.#outOfSight.add(build.allocation);
    else this.#outOfSight.delete(build.allocation);
    const at = this.#ended.findIndex((known) => known.allocation === build.allocation);
    if (at === -1) return this.#ended.push(build) > 0;
    if (this.#ended[at]?.how !== 'lost' || !['completed', 'failed'].includes(build.how))
      return false;
    this.#ended[at] = build;
    return true;
  }

  /** Returns the allocations that the drain waits for. */
  #held(seen: Observation): readonly Allocation[] {
    return seen.live.filter((one) => !this.#spec.ignoreSystemJobs || !isSystem(one));
  }

  #takeNode({ node, at }: Observation): readonly DrainEvent[] {
    if (node === null) {
      const reported = this.#vanished;
      this.#vanished = true;
      return reported ? [] : [{ type: 'node-vanished', at, node: this.client }];
    }
    const events: DrainEvent[] = [];
    if (isConnected(node)) this.#wasConnected = true;
    const lostContact =
      node.status === 'down' || node.status === 'disconnected' ? node.status : null;
    if (lostContact !== null && lostContact !== this.#lostContact) {
      events.push({ type: `node-${lostContact}`, at, node: this.client });
    }
    this.#lostContact = lostContact;
    const strategy = 'drainStrategy' in node ? node.drainStrategy : null;
    if (strategy && !fitsSpec(strategy, this.#spec)) {
      const key = `${strategy.kind} ${strategy.deadlineMs} ${strategy.ignoreSystemJobs}`;
      if (key !== this.#reportedStrategy) {
        this.#reportedStrategy = key;
        events.push({ type: 'drain-changed', at, node: this.client, strategy });
      }
    }
    return events;
  }

  #settle(at: Date): readonly DrainEvent[] {
    const damaged = this.#ended.filter(isDamaged);
    const lost = damaged.some((build) => build.how === 'lost');
    const outcome = lost ? 'lost' : damaged.length > 0 ? 'killed-builds' : 'drained';
    const safe = this.#wasConnected && this.#outOfSight.size === 0;
    this.#settled = { outcome, safe, at };
    return [{ type: 'drain-complete', at, node: this.client, outcome, safeToTerminate: safe }];
  }

  #reportHolding(at: Date, builds: readonly PlacedBuild[]): readonly DrainEvent[] {
    if (builds.length === 0) return [];
    // Nomad lists the allocations in a different order each time.
    const key = builds
      .map((build) => build.allocation)
      .sort()
      .join();
    const reported = this.#reportedHolding;
    const due =
      reported === null || reported.key !== key || at.getTime() - reported.at >= REMIND_MS;
    if (!due) return [];
    this.#reportedHolding = { key, at: at.getTime() };
    return [{ type: 'holding', at, node: this.client, builds }];
  }

  #reportExiting(at: Date, builds: readonly PlacedBuild[]): readonly DrainEvent[] {
    if (this.#reportedExiting) return [];
    this.#reportedExiting = true;
    return [{ type: 'tasks-exiting', at, node: this.client, builds }];
  }
}

/**
 * Determines how a drain that is no longer in progress ended. Nomad 1.1 and later report it in
 * LastDrain, and all versions add a node event. Without either, a drain was cancelled if builds
 * continue undisturbed.
 */
function endingOf(
  node: NomadNode | NomadNodeDetail,
  held: readonly Allocation[],
): 'complete' | 'cancelled' {
  if ('lastDrain' in node) {
    if (node.lastDrain?.status === 'canceled') return 'cancelled';
    if (node.lastDrain?.status === 'complete') return 'complete';
    const newest = node.events
      .filter((event) => event.subsystem === 'Drain')
      .sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0))
      .at(-1);
    if (newest?.message === 'Node drain complete') return 'complete';
    if (newest?.message === 'Node drain disabled') return 'cancelled';
  }
  const notStopped = held.some((one) => one.desiredStatus === 'run');
  return notStopped && node.status === 'ready' ? 'cancelled' : 'complete';
}
