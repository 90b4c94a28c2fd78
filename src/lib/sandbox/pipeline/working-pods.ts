import type { FaultBoard } from './faults.ts';
import { workloadOf } from './form.ts';
import { PIPELINE_SERVICES, type PipelineForm, type PipelineService } from './scenario.ts';

/** The state of a pod that the pipeline uses. */
export interface ServicePod {
  readonly name: string;
  /** Whether the pod is ready and not being deleted. */
  readonly ready: boolean;
}

/** The parts of the simulated Kubernetes that the pipeline uses. */
export interface PipelineKubernetes {
  /** Returns the pods of a workload; null if the workload does not exist. */
  podsOf(workload: string): readonly ServicePod[] | null;
  /** Appends a line to a container's log. */
  appendLog(pod: string, container: string | undefined, text: string): void;
  /** Calls `listener` after every change of a pod. */
  onPodChange(listener: () => void): void;
  scale(workload: string, replicas: number): void;
  setSituation(workload: string, situation: 'running'): void;
}

/** Stands for the pod of a service without a workload, which works and logs nothing. */
export const UNSEEN = '';

/** The pods that work on builds, apart from those affected by a fault. */
export class WorkingPods {
  readonly #form: PipelineForm;
  readonly #kubernetes: PipelineKubernetes;
  readonly #faults: FaultBoard;
  /** The pods that existed at the start; a fault affects only these. */
  readonly #founders: ReadonlyMap<PipelineService, ReadonlySet<string>>;

  constructor(form: PipelineForm, kubernetes: PipelineKubernetes, faults: FaultBoard) {
    this.#form = form;
    this.#kubernetes = kubernetes;
    this.#faults = faults;
    this.#founders = new Map(
      PIPELINE_SERVICES.map((service) => [
        service,
        new Set(this.#podsOf(service)?.map(({ name }) => name)),
      ]),
    );
  }

  /** Returns the pods that consume messages and log lines now; none while RabbitMQ is down. */
  working(service: PipelineService): readonly string[] {
    const rabbitmq = this.#kubernetes.podsOf(this.#form.rabbitmq);
    if (rabbitmq?.every(({ ready }) => !ready)) return [];
    return this.ready(service).filter((pod) => !this.#isFaulty(service, pod));
  }

  /** Returns the ready pods. */
  ready(service: PipelineService): readonly string[] {
    const pods = this.#podsOf(service);
    if (pods === null) return [UNSEEN];
    return pods.filter(({ ready }) => ready).map(({ name }) => name);
  }

  /**
   * Returns how many of a service's pods RabbitMQ counts as consumers; a silent one keeps its
   * channel.
   */
  consumers(service: PipelineService): number {
    if (service === 'dispatcher' && this.#faults.has('dispatcher-silent')) {
      return this.ready(service).length;
    }
    return this.working(service).length;
  }

  /** Returns whether a pod exists. */
  exists(pod: string): boolean {
    return (
      pod === UNSEEN ||
      PIPELINE_SERVICES.some((service) => this.#podsOf(service)?.some(({ name }) => name === pod))
    );
  }

  isFounder(service: PipelineService, pod: string): boolean {
    return this.#founders.get(service)?.has(pod) === true;
  }

  /** Returns whether all pods of a service are new, and at least one is ready. */
  replaced(service: PipelineService): boolean {
    const ready = this.ready(service);
    const names = this.#podsOf(service)?.map(({ name }) => name) ?? [];
    return ready.length > 0 && !names.some((name) => this.isFounder(service, name));
  }

  /** Returns the index of an initial pod among its service's initial pods. */
  positionOf(
    service: PipelineService,
    pod: string,
  ): { readonly index: number; readonly of: number } {
    const founders = [...(this.#founders.get(service) ?? [])].sort();
    return { index: founders.indexOf(pod), of: founders.length };
  }

  #podsOf(service: PipelineService): readonly ServicePod[] | null {
    return this.#kubernetes.podsOf(workloadOf(this.#form, service));
  }

  #isFaulty(service: PipelineService, pod: string): boolean {
    if (service !== 'dispatcher' || !this.isFounder(service, pod)) return false;
    return this.#faults.has('dispatcher-silent') || this.#faults.has('rabbitmq-backlog');
  }
}
