import type { AllocationRecord } from '../nomad/records.ts';
import type { NomadState } from '../nomad/state.ts';
import type { Random } from '../random.ts';
import type { FaultBoard } from './faults.ts';
import type { HeldReports, OutputEvent, Report } from './held-reports.ts';
import { sizedBuild } from './history.ts';
import { type SizedBuild, TO_OUTPUT_MS } from './steps.ts';
import type { Timeline } from './timeline.ts';
import type { WorkingPods } from './working-pods.ts';

/** The interval at which a broken output-processor logs an error about a build. */
const COMPLAIN_EVERY_MS = 15_000;

/** The environment of the output path. */
export interface OutputWorld {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly faults: FaultBoard;
  readonly workingPods: WorkingPods;
  readonly held: HeldReports;
  readonly state: NomadState;
  trueTime(nanoseconds: bigint): number;
  /** Makes a pod of the output-processor log an event of a build. */
  log(pod: string, event: OutputEvent | 'output-failed', build: SizedBuild, at: number): void;
}

/** The path of reports from build agents through the output-processor to the server. */
export class OutputPath {
  /** Increases whenever a held report has been delivered to the server. */
  revision = 0;
  readonly #world: OutputWorld;
  readonly #reported = new WeakMap<AllocationRecord, OutputEvent>();
  /** When the path broke; null while it works. */
  #brokenSince: number | null = null;

  constructor(world: OutputWorld) {
    this.#world = world;
  }

  /** Whether the path is broken. */
  get broken(): boolean {
    return this.#brokenSince !== null;
  }

  /** Marks the path as broken since a time in the past, if it is. Reports since then are held. */
  markBrokenSince(since: number): void {
    const { state, trueTime, held, faults } = this.#world;
    this.inspect(since);
    if (!this.broken) return;
    for (const { job, tasks } of state.allocations.all()) {
      const [task] = tasks ?? [];
      const stamps = { 'task-started': task?.startedAt, 'task-finished': task?.finishedAt };
      for (const event of ['task-started', 'task-finished'] as const) {
        const stamp = stamps[event];
        if (stamp && trueTime(stamp) >= since) held.hold({ job, event });
      }
    }
    if (faults.has('output-broken')) this.#complain(since);
  }

  /** Checks whether the path works now. If it does, delivers the held reports. */
  inspect(now = this.#world.timeline.now()): void {
    const { faults, workingPods, held } = this.#world;
    const works = workingPods.working('output-processor').length > 0;
    if (this.#unreachable() || faults.has('output-broken') || !works) {
      this.#brokenSince ??= now;
      return;
    }
    this.#brokenSince = null;
    for (const report of held.release()) {
      this.revision += 1;
      this.#report(report);
    }
  }

  /** Reports the start or end of a changed allocation's task. */
  reportChange(allocation: AllocationRecord): void {
    const { timeline, trueTime } = this.#world;
    const [task] = allocation.tasks ?? [];
    const isNew = (stamp: bigint | null | undefined): boolean =>
      stamp !== null && stamp !== undefined && trueTime(stamp) > timeline.openedAt;
    const reported = this.#reported.get(allocation);
    if (reported === undefined && isNew(task?.startedAt))
      this.#reportOrHold(allocation, 'task-started');
    if (reported !== 'task-finished' && isNew(task?.finishedAt))
      this.#reportOrHold(allocation, 'task-finished');
  }

  /**
   * Returns what a build agent logs at a time in milliseconds of true time in place of its usual
   * lines; null for those.
   */
  agentTrouble(at: number): string | null {
    if (this.#brokenSince === null || at < this.#brokenSince || !this.#unreachable()) return null;
    return 'rpc error: code = Unavailable desc = grpc: the connection is unavailable';
  }

  #unreachable(): boolean {
    const { faults, workingPods } = this.#world;
    return faults.has('port-8585-blocked') || workingPods.ready('output-processor').length === 0;
  }

  #reportOrHold(allocation: AllocationRecord, event: OutputEvent): void {
    this.#reported.set(allocation, event);
    const { job } = allocation;
    if (this.broken) this.#world.held.hold({ job, event });
    else this.#report({ job, event });
  }

  #report({ job, event }: Report): void {
    const { timeline, workingPods, random, log } = this.#world;
    const build = sizedBuild(job);
    if (!build) return;
    timeline.later(timeline.now(), TO_OUTPUT_MS, (then) => {
      const pods = workingPods.working('output-processor');
      if (pods.length > 0) log(random.pick(pods), event, build, then);
    });
  }

  #complain(at: number): void {
    const { timeline, workingPods, random, faults, log } = this.#world;
    if (!faults.has('output-broken')) return;
    const running = this.#runningAt(at);
    const pods = workingPods.working('output-processor');
    const build = running.length > 0 ? sizedBuild(random.pick(running).job) : null;
    if (build && pods.length > 0) log(random.pick(pods), 'output-failed', build, at);
    timeline.later(at, COMPLAIN_EVERY_MS, (then) => this.#complain(then));
  }

  #runningAt(at: number): readonly AllocationRecord[] {
    const { state, trueTime } = this.#world;
    return state.allocations.all().filter(({ tasks }) => {
      const [task] = tasks ?? [];
      if (!task?.startedAt || trueTime(task.startedAt) > at) return false;
      return task.finishedAt === null || trueTime(task.finishedAt) > at;
    });
  }
}
