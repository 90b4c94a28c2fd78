import type { Milliseconds } from '../../clock.ts';
import type { DrainSpec } from '../client.ts';
import { endedBuild, isDamaged, isSystem, placedBuild } from '../jobs/placed-build.ts';
import type { Allocation, AllocationId, NomadNode, NomadNodeDetail } from '../model.ts';
import { isHeard } from '../nodes/select-nodes.ts';
import { fitsSpec } from './drain-action.ts';
import type {
  ClientName,
  DrainEvent,
  DrainOutcome,
  EndedBuild,
  PlacedBuild,
  ReportedError,
} from './drain-events.ts';

/** An allocation that was live when it was last seen, and what was read of it since. */
export interface SeenEnd {
  readonly last: Allocation;
  /** Null where Nomad has forgotten it. */
  readonly final: Allocation | null;
}

/** One look at a draining client. */
export interface Observation {
  readonly at: Date;
  /** In detail where the drain is over; null when Nomad has forgotten the node. */
  readonly node: NomadNode | NomadNodeDetail | null;
  readonly live: readonly Allocation[];
  readonly ended: readonly SeenEnd[];
}

/** Those who wait are reminded of what holds a drain so often. */
const REMIND_MS: Milliseconds = 60_000;

/**
 * How far the drain of one client has come. It is told what was seen, and says what that means: it
 * reads nothing itself. A drain is over only when Nomad says so and nothing is live by client
 * status: Nomad clears a drain whose deadline has passed seconds before the tasks exit.
 */
export class DrainProgress {
  readonly client: ClientName;
  readonly #spec: DrainSpec;
  readonly #startedAt: Date;
  readonly #ended: EndedBuild[] = [];
  /** Lost builds of which no client has said since that they ended: they may still run. */
  readonly #outOfSight = new Set<AllocationId>();
  #holding: ReadonlyMap<AllocationId, PlacedBuild> | null = null;
  #saidHolding: { readonly key: string; readonly at: number } | null = null;
  #saidExiting = false;
  #saidStrategy = '';
  #set = false;
  /** Whether Nomad has heard from it since the drain was set: only then was seen what runs there. */
  #heard = false;
  #unheard: 'down' | 'disconnected' | null = null;
  #vanished = false;
  #settled: { readonly outcome: DrainOutcome; readonly safe: boolean; readonly at: Date } | null =
    null;
  #error: ReportedError | null = null;

  constructor({ id, name }: ClientName, spec: DrainSpec, startedAt: Date) {
    this.client = { id, name };
    this.#spec = spec;
    this.#startedAt = startedAt;
  }

  /** What became of it; null while that is open. */
  get outcome(): DrainOutcome | null {
    return this.#settled?.outcome ?? null;
  }

  /** Whether nothing runs on it and nothing comes. */
  get safeToTerminate(): boolean {
    return this.#settled?.safe ?? false;
  }

  /** How long it took until it was settled, or has taken. */
  durationMs(now: Date): Milliseconds {
    return (this.#settled?.at ?? now).getTime() - this.#startedAt.getTime();
  }

  /** What still runs there; null where nothing was seen of it, or its state was lost sight of. */
  get holding(): readonly PlacedBuild[] | null {
    if (this.#error || !this.#holding) return null;
    return [...this.#holding.values()];
  }

  /** Everything that ended there while it was watched. */
  get ended(): readonly EndedBuild[] {
    return this.#ended;
  }

  get error(): ReportedError | null {
    return this.#error;
  }

  /** There was nothing to do. */
  alreadyDrained(node: Pick<NomadNode, 'status'>, at: Date): DrainEvent {
    this.#holding = new Map();
    this.#settled = { outcome: 'drained', safe: isHeard(node), at };
    return { type: 'already-drained', at, node: this.client };
  }

  /** It could not be drained, or not be watched to the end. */
  fail(error: ReportedError, at: Date): DrainEvent {
    this.#error = error;
    this.#settled = { outcome: 'failed', safe: false, at };
    return { type: 'failed', at, node: this.client, error };
  }

  /** Its drain goes on: set by us, or before us. */
  drainSet(set: { readonly at: Date; readonly joined: boolean; readonly deadlineAt: Date | null }) {
    this.#set = true;
    return { type: 'drain-set', node: this.client, ...set } as const;
  }

  /** The wait ends here: what is open stays so. */
  stopWaiting(timedOut: boolean, at: Date): void {
    const open = timedOut ? 'timed-out' : 'draining';
    this.#settled ??= { outcome: this.#set ? open : 'not-set', safe: false, at };
  }

  /** Takes in one look at the client. */
  observe(seen: Observation): readonly DrainEvent[] {
    if (this.#settled) return [];
    const { node, at } = seen;
    const events = [...this.#takeNode(seen), ...this.#takeEnds(seen)];
    const holding = [...(this.#holding?.values() ?? [])];
    if (node?.draining) return [...events, ...this.#sayHolding(at, holding)];
    if (node && (node.eligible || endingOf(node, this.#held(seen)) === 'cancelled')) {
      this.#settled = { outcome: 'cancelled', safe: false, at };
      return [...events, { type: 'cancelled-by-someone', at, node: this.client }];
    }
    if (holding.length === 0) return [...events, ...this.#settle(at)];
    return node === null ? events : [...events, ...this.#sayExiting(at, holding)];
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
   * Keeps how a build ended; false where that is no news. A client that comes back tells of what
   * Nomad took for lost: a build that it let run to its end was not lost. One that it had to stop
   * was, because Nomad had given it up.
   */
  #keep(build: EndedBuild): boolean {
    if (build.how === 'lost' && isDamaged(build)) this.#outOfSight.add(build.allocation);
    else if (build.how !== 'unknown') this.#outOfSight.delete(build.allocation);
    const at = this.#ended.findIndex((known) => known.allocation === build.allocation);
    if (at === -1) return this.#ended.push(build) > 0;
    if (this.#ended[at]?.how !== 'lost' || !['completed', 'failed'].includes(build.how))
      return false;
    this.#ended[at] = build;
    return true;
  }

  /** What the drain waits for. */
  #held(seen: Observation): readonly Allocation[] {
    return seen.live.filter((one) => !this.#spec.ignoreSystemJobs || !isSystem(one));
  }

  #takeNode({ node, at }: Observation): readonly DrainEvent[] {
    if (node === null) {
      const said = this.#vanished;
      this.#vanished = true;
      return said ? [] : [{ type: 'node-vanished', at, node: this.client }];
    }
    const events: DrainEvent[] = [];
    if (isHeard(node)) this.#heard = true;
    const unheard = node.status === 'down' || node.status === 'disconnected' ? node.status : null;
    if (unheard !== null && unheard !== this.#unheard) {
      events.push({ type: `node-${unheard}`, at, node: this.client });
    }
    this.#unheard = unheard;
    const strategy = 'drainStrategy' in node ? node.drainStrategy : null;
    if (strategy && !fitsSpec(strategy, this.#spec)) {
      const key = `${strategy.kind} ${strategy.deadlineMs} ${strategy.ignoreSystemJobs}`;
      if (key !== this.#saidStrategy) {
        this.#saidStrategy = key;
        events.push({ type: 'drain-changed', at, node: this.client, strategy });
      }
    }
    return events;
  }

  #settle(at: Date): readonly DrainEvent[] {
    const damaged = this.#ended.filter(isDamaged);
    const lost = damaged.some((build) => build.how === 'lost');
    const outcome = lost ? 'lost' : damaged.length > 0 ? 'killed-builds' : 'drained';
    const safe = this.#heard && this.#outOfSight.size === 0;
    this.#settled = { outcome, safe, at };
    return [{ type: 'drain-complete', at, node: this.client, outcome, safeToTerminate: safe }];
  }

  #sayHolding(at: Date, builds: readonly PlacedBuild[]): readonly DrainEvent[] {
    if (builds.length === 0) return [];
    // Nomad lists them in another order each time.
    const key = builds
      .map((build) => build.allocation)
      .sort()
      .join();
    const said = this.#saidHolding;
    const due = said === null || said.key !== key || at.getTime() - said.at >= REMIND_MS;
    if (!due) return [];
    this.#saidHolding = { key, at: at.getTime() };
    return [{ type: 'holding', at, node: this.client, builds }];
  }

  #sayExiting(at: Date, builds: readonly PlacedBuild[]): readonly DrainEvent[] {
    if (this.#saidExiting) return [];
    this.#saidExiting = true;
    return [{ type: 'tasks-exiting', at, node: this.client, builds }];
  }
}

/**
 * How a drain that goes on no longer has ended. Nomad 1.1 and later say so in LastDrain, all write
 * an event; without either, builds that run on undisturbed give a cancel away.
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
  const undisturbed = held.some((one) => one.desiredStatus === 'run');
  return undisturbed && node.status === 'ready' ? 'cancelled' : 'complete';
}
