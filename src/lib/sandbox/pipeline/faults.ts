import type { PodSituation, PodSpec } from '../kubernetes/scenario.ts';
import { workloadOf } from './form.ts';
import type { PipelineFault, PipelineForm, PipelineService, PodTrouble } from './scenario.ts';

/** Returns the name of a fault: `job-lost`, `crash-loop`. */
function faultName(fault: PipelineFault): string {
  return typeof fault === 'string' ? fault : fault.trouble;
}

/** The active faults. */
export class FaultBoard {
  readonly #active: Map<string, PipelineFault>;

  constructor(faults: readonly PipelineFault[]) {
    this.#active = new Map(faults.map((fault) => [keyOf(fault), fault]));
  }

  has(fault: Exclude<PipelineFault, PodTrouble>): boolean {
    return this.#active.has(fault);
  }

  /** Returns what keeps a service's pods from being ready; null if nothing does. */
  troubleOf(service: PipelineService): PodTrouble['trouble'] | null {
    for (const fault of this.#active.values()) {
      if (typeof fault !== 'string' && fault.service === service) return fault.trouble;
    }
    return null;
  }

  /** Clears the faults with a name, and returns them. */
  clear(name: string): readonly PipelineFault[] {
    const cleared = [...this.#active].filter(([, fault]) => faultName(fault) === name);
    for (const [key] of cleared) this.#active.delete(key);
    return cleared.map(([, fault]) => fault);
  }
}

const SITUATIONS: Readonly<Record<PodTrouble['trouble'], PodSituation>> = {
  'crash-loop': 'crash-loop',
  'out-of-memory': 'out-of-memory',
  'image-missing': 'image-pull-back-off',
};

/** Applies the faults to the workloads of an installation. */
export function breakPods(
  pods: readonly PodSpec[],
  faults: readonly PipelineFault[],
  form: PipelineForm,
): readonly PodSpec[] {
  const dispatcher = workloadOf(form, 'dispatcher');
  return pods.map((spec) => {
    if (spec.name === dispatcher && faults.includes('dispatcher-stopped')) {
      return { ...spec, replicas: 0 };
    }
    for (const fault of faults) {
      if (typeof fault !== 'string' && workloadOf(form, fault.service) === spec.name) {
        return { ...spec, situation: SITUATIONS[fault.trouble] };
      }
    }
    return spec;
  });
}

function keyOf(fault: PipelineFault): string {
  return typeof fault === 'string' ? fault : `${fault.trouble} ${fault.service}`;
}
