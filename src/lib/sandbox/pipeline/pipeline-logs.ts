import { type LogLine, type LogSource, SILENT } from '../kubernetes/log-source.ts';
import type { NomadState } from '../nomad/state.ts';
import { FaultBoard } from './faults.ts';
import { FORM_3_0, partOf } from './form.ts';
import { HeldReports } from './held-reports.ts';
import { History } from './history.ts';
import { noiseSource } from './noise.ts';
import { asLines, endingAt, failingStart, fixedSource, heartbeats, merged } from './pod-logs.ts';
import {
  BROKEN_FOR_MS,
  type PipelineForm,
  type PipelineScenario,
  type PipelineService,
} from './scenario.ts';
import { LogWriter, type SizedBuild } from './steps.ts';
import type { Timeline } from './timeline.ts';
import { type BuildEvent, PLAIN, reworded } from './wording.ts';
import { type PipelineKubernetes, UNSEEN, type WorkingPods } from './working-pods.ts';

/** The logs of the pipeline's pods: history, periodic lines, and events. */
export class PipelineLogs {
  readonly faults: FaultBoard;
  readonly held = new HeldReports();
  /** The jobs whose dispatching was logged as it happened. */
  readonly travelled = new Set<string>();
  readonly #form: PipelineForm;
  readonly #scenario: PipelineScenario;
  readonly #timeline: Timeline;
  readonly #logWriter: LogWriter;
  readonly #history: History;
  /**
   * Lines from before the start of the sandbox that are not derived from Nomad's records, by pod.
   */
  readonly #past = new Map<string, LogLine[]>();
  #kubernetes: Pick<PipelineKubernetes, 'appendLog'> | undefined;
  #workingPods: WorkingPods | undefined;
  #opening = true;

  constructor(scenario: PipelineScenario, timeline: Timeline, nomad: NomadState) {
    this.faults = new FaultBoard(scenario.faults ?? []);
    this.#form = scenario.form ?? FORM_3_0;
    this.#scenario = scenario;
    this.#timeline = timeline;
    const wording = scenario.reworded === undefined ? PLAIN : reworded(scenario.reworded);
    this.#logWriter = new LogWriter(this.#form, wording, scenario.clockSkewMs ?? {});
    const past = {
      jobs: () => nomad.jobs.all(),
      allocations: () => nomad.allocations.all(),
      trueTime: (stamp: bigint) => this.trueTime(stamp),
    };
    this.#history = new History(past, this.#logWriter, timeline.openedAt, (job, event) =>
      event === 'upstream' ? this.travelled.has(job.id) : this.held.wasHeld(job, event),
    );
  }

  /** Converts a time recorded by Nomad to true time in milliseconds. */
  trueTime(nanoseconds: bigint): number {
    return Number(nanoseconds / 1_000n) / 1_000 - (this.#scenario.clockSkewMs?.['nomad'] ?? 0);
  }

  /** Returns the log source of a pod; null for a workload outside the pipeline. */
  source(workload: string, pod: string, startedAt: number): LogSource | null {
    const service = partOf(this.#form, workload);
    if (service === null) return null;
    const trouble = this.faults.troubleOf(service);
    if (trouble !== null) {
      return failingStart(service, this.#logWriter, startedAt, trouble === 'out-of-memory');
    }
    const beating = this.#form.beats ? heartbeats(service, this.#logWriter) : SILENT;
    const usual = merged([beating, this.#noise(service, pod)]);
    if (startedAt >= this.#timeline.openedAt) return usual;
    const lines: LogLine[] = [];
    this.#past.set(pod, lines);
    const position = () => this.#workingPods?.positionOf(service, pod) ?? { index: 0, of: 1 };
    const own = merged([usual, fixedSource(lines), this.#history.source(service, position)]);
    if (service !== 'dispatcher') return own;
    const silent = (): boolean => this.faults.has('dispatcher-silent');
    return endingAt(own, this.#timeline.openedAt - BROKEN_FOR_MS, silent);
  }

  /** Sets the cluster and the pods. Lines logged before {@link open} still count as the past. */
  connect(kubernetes: Pick<PipelineKubernetes, 'appendLog'>, workingPods: WorkingPods): void {
    this.#kubernetes = kubernetes;
    this.#workingPods = workingPods;
  }

  /** Ends the past: from now on lines are logged as their events happen. */
  open(): void {
    this.#opening = false;
  }

  /** Makes a pod log an event of a build. */
  log(
    service: PipelineService,
    pod: string,
    event: BuildEvent,
    build: SizedBuild,
    at: number,
  ): void {
    if (pod === UNSEEN) return;
    const text = this.#logWriter.ofBuild(service, event, build, at);
    if (this.#opening && at < this.#timeline.openedAt) {
      this.#past.get(pod)?.push(...asLines(at, text));
    } else if (this.#workingPods?.exists(pod)) this.#kubernetes?.appendLog(pod, undefined, text);
  }

  #noise(service: PipelineService, pod: string): LogSource {
    const { noise } = this.#scenario;
    if (!noise) return SILENT;
    return noiseSource(noise, service, pod, this.#logWriter);
  }
}
