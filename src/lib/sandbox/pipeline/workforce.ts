import type { FaultBoard } from './faults.ts';
import { workloadOf } from './form.ts';
import { PIPELINE_SERVICES, type PipelineForm, type PipelineService } from './scenario.ts';

/** A pod as the pipeline sees it. */
export interface ServicePod {
  readonly name: string;
  /** Ready, and not being deleted. */
  readonly ready: boolean;
}

/** What the pipeline needs of the simulated Kubernetes. */
export interface PipelineKubernetes {
  /** The pods of a workload; null where there is no such workload. */
  podsOf(workload: string): readonly ServicePod[] | null;
  /** Writes into a container's log, now. */
  appendLog(pod: string, container: string | undefined, text: string): void;
  /** Calls back after every change of a pod. */
  onPodChange(listener: () => void): void;
  scale(workload: string, replicas: number): void;
  setSituation(workload: string, situation: 'running'): void;
}

/** Stands for a service that the installation does not have as a workload: it works unseen. */
export const UNSEEN = '';

/** Who works on builds: the pods of the services, and which of them are as good as gone. */
export class Workforce {
  readonly #form: PipelineForm;
  readonly #kubernetes: PipelineKubernetes;
  readonly #faults: FaultBoard;
  /** The pods that were there at first: what a fault has struck ends with them. */
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

  /** The pods that take messages and write lines now; none while RabbitMQ is away. */
  working(service: PipelineService): readonly string[] {
    const rabbitmq = this.#kubernetes.podsOf(this.#form.rabbitmq);
    if (rabbitmq?.every(({ ready }) => !ready)) return [];
    return this.ready(service).filter((pod) => !this.#struck(service, pod));
  }

  /** The ready pods. */
  ready(service: PipelineService): readonly string[] {
    const pods = this.#podsOf(service);
    if (pods === null) return [UNSEEN];
    return pods.filter(({ ready }) => ready).map(({ name }) => name);
  }

  /** How many of a service's pods RabbitMQ counts as consumers: a silent one holds its channel. */
  consumers(service: PipelineService): number {
    if (service === 'dispatcher' && this.#faults.has('dispatcher-silent')) {
      return this.ready(service).length;
    }
    return this.working(service).length;
  }

  /** Whether a pod is there at all. */
  exists(pod: string): boolean {
    return (
      pod === UNSEEN ||
      PIPELINE_SERVICES.some((service) => this.#podsOf(service)?.some(({ name }) => name === pod))
    );
  }

  isFounder(service: PipelineService, pod: string): boolean {
    return this.#founders.get(service)?.has(pod) === true;
  }

  /** Whether a service has a pod that was not there at first, and none that was. */
  replaced(service: PipelineService): boolean {
    const ready = this.ready(service);
    const names = this.#podsOf(service)?.map(({ name }) => name) ?? [];
    return ready.length > 0 && !names.some((name) => this.isFounder(service, name));
  }

  /** The place of a founder among its service's founders. */
  place(service: PipelineService, pod: string): { readonly index: number; readonly of: number } {
    const founders = [...(this.#founders.get(service) ?? [])].sort();
    return { index: founders.indexOf(pod), of: founders.length };
  }

  #podsOf(service: PipelineService): readonly ServicePod[] | null {
    return this.#kubernetes.podsOf(workloadOf(this.#form, service));
  }

  #struck(service: PipelineService, pod: string): boolean {
    if (service !== 'dispatcher' || !this.isFounder(service, pod)) return false;
    return this.#faults.has('dispatcher-silent') || this.#faults.has('rabbitmq-backlog');
  }
}
