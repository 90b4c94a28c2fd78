import { type LogLine, type LogSource, SILENT } from '../kubernetes/log-source.ts';
import type { NomadState } from '../nomad/state.ts';
import { FaultBoard } from './faults.ts';
import { FORM_3_0, partOf } from './form.ts';
import { HeldReports } from './held-reports.ts';
import { History } from './history.ts';
import { noiseSource } from './noise.ts';
import { asLines, beats, endingAt, failingStart, fixedSource, merged } from './pod-logs.ts';
import {
  BROKEN_FOR_MS,
  type PipelineForm,
  type PipelineScenario,
  type PipelineService,
} from './scenario.ts';
import { Scribe, type SizedBuild } from './steps.ts';
import type { Timeline } from './timeline.ts';
import { type BuildEvent, PLAIN, reworded } from './wording.ts';
import { type PipelineKubernetes, UNSEEN, type Workforce } from './workforce.ts';

/** Writes and shows what the pods of the pipeline log: what was, what comes by itself, what happens. */
export class PipelineLogs {
  readonly faults: FaultBoard;
  readonly held = new HeldReports();
  /** Jobs whose way to Nomad was written as it went. */
  readonly travelled = new Set<string>();
  readonly #form: PipelineForm;
  readonly #scenario: PipelineScenario;
  readonly #timeline: Timeline;
  readonly #scribe: Scribe;
  readonly #history: History;
  /** Lines of before the sandbox opened that were not in Nomad's past, by pod. */
  readonly #past = new Map<string, LogLine[]>();
  #kubernetes: Pick<PipelineKubernetes, 'appendLog'> | undefined;
  #workforce: Workforce | undefined;
  #opening = true;

  constructor(scenario: PipelineScenario, timeline: Timeline, nomad: NomadState) {
    this.faults = new FaultBoard(scenario.faults ?? []);
    this.#form = scenario.form ?? FORM_3_0;
    this.#scenario = scenario;
    this.#timeline = timeline;
    const wording = scenario.reworded === undefined ? PLAIN : reworded(scenario.reworded);
    this.#scribe = new Scribe(this.#form, wording, scenario.clockSkewMs ?? {});
    const past = {
      jobs: () => nomad.jobs.all(),
      allocations: () => nomad.allocations.all(),
      trueTime: (stamp: bigint) => this.trueTime(stamp),
    };
    this.#history = new History(past, this.#scribe, timeline.openedAt, (job, event) =>
      event === 'upstream' ? this.travelled.has(job.id) : this.held.hasHad(job, event),
    );
  }

  /** A moment that Nomad wrote down, in milliseconds of true time. */
  trueTime(nanoseconds: bigint): number {
    return Number(nanoseconds / 1_000n) / 1_000 - (this.#scenario.clockSkewMs?.['nomad'] ?? 0);
  }

  /** What a pod of a service writes by itself; null for a workload that is no part of the pipeline. */
  source(workload: string, pod: string, startedAt: number): LogSource | null {
    const service = partOf(this.#form, workload);
    if (service === null) return null;
    const trouble = this.faults.troubleOf(service);
    if (trouble !== null) {
      return failingStart(service, this.#scribe, startedAt, trouble === 'out-of-memory');
    }
    const beating = this.#form.beats ? beats(service, this.#scribe) : SILENT;
    const usual = merged([beating, this.#noise(service, pod)]);
    if (startedAt >= this.#timeline.openedAt) return usual;
    const lines: LogLine[] = [];
    this.#past.set(pod, lines);
    const place = () => this.#workforce?.place(service, pod) ?? { index: 0, of: 1 };
    const own = merged([usual, fixedSource(lines), this.#history.source(service, place)]);
    if (service !== 'dispatcher') return own;
    const silent = (): boolean => this.faults.has('dispatcher-silent');
    return endingAt(own, this.#timeline.openedAt - BROKEN_FOR_MS, silent);
  }

  /** From now on who works is known; what is said of the past still counts as that. */
  meet(kubernetes: Pick<PipelineKubernetes, 'appendLog'>, workforce: Workforce): void {
    this.#kubernetes = kubernetes;
    this.#workforce = workforce;
  }

  /** The past is told: from now on lines are written as they happen. */
  open(): void {
    this.#opening = false;
  }

  /** Has a pod say something of a build. */
  say(
    service: PipelineService,
    pod: string,
    event: BuildEvent,
    build: SizedBuild,
    at: number,
  ): void {
    if (pod === UNSEEN) return;
    const text = this.#scribe.ofBuild(service, event, build, at);
    if (this.#opening && at < this.#timeline.openedAt) {
      this.#past.get(pod)?.push(...asLines(at, text));
    } else if (this.#workforce?.exists(pod)) this.#kubernetes?.appendLog(pod, undefined, text);
  }

  #noise(service: PipelineService, pod: string): LogSource {
    const { noise } = this.#scenario;
    if (!noise) return SILENT;
    return noiseSource(noise, service, pod, this.#scribe);
  }
}
