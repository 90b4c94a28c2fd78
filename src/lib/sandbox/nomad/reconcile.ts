import {
  type AllocationRecord,
  type GroupSpec,
  isClientTerminal,
  type JobRecord,
  ranSuccessfully,
} from './records.ts';
import type { NomadState } from './state.ts';

/** The changes that bring a job to its desired state. */
export interface Verdict {
  readonly stop: readonly {
    readonly allocation: AllocationRecord;
    readonly description: string;
    readonly lost: boolean;
  }[];
  readonly place: readonly {
    readonly group: GroupSpec;
    readonly name: string;
    readonly previous: AllocationRecord | null;
  }[];
}

/** How a build killed by a drain is replaced: immediately, never, or after it has ended. */
export type DrainedRule = 'replace' | 'leave' | 'replace-ended';

/**
 * Compares a job with its allocations, as Nomad's scheduler/reconcile.go does. Of allocations with
 * the same name, the newest counts. A batch allocation that ended successfully is final, even if a
 * drain killed it: this is how Nomad loses builds silently.
 */
export function reconcile(state: NomadState, job: JobRecord, drained: DrainedRule): Verdict {
  const stop: Verdict['stop'][number][] = [];
  const place: Verdict['place'][number][] = [];
  const newest = new Map<string, AllocationRecord>();
  for (const allocation of state.allocationsOfJob(job.id)) {
    const known = newest.get(allocation.name);
    if (known === undefined || known.createIndex < allocation.createIndex) {
      newest.set(allocation.name, allocation);
    }
  }
  for (const group of job.groups) {
    for (let i = 0; i < group.count; i += 1) {
      const name = `${job.id}.${group.name}[${i}]`;
      const allocation = newest.get(name) ?? null;
      if (allocation === null) {
        if (!job.stop) place.push({ group, name, previous: null });
        continue;
      }
      const change = judge(state, job, allocation, drained);
      if (change.stop !== null) {
        stop.push({ allocation, description: change.stop, lost: change.lost });
      }
      if (change.replace && !job.stop) place.push({ group, name, previous: allocation });
    }
  }
  return { stop, place };
}

interface Change {
  readonly stop: string | null;
  readonly lost: boolean;
  readonly replace: boolean;
}

const KEEP: Change = { stop: null, lost: false, replace: false };

function judge(
  state: NomadState,
  job: JobRecord,
  allocation: AllocationRecord,
  drained: DrainedRule,
): Change {
  const ended = isClientTerminal(allocation);
  if (allocation.desired !== 'run') {
    if (allocation.migrate && allocation.next === '' && job.type === 'batch') {
      const unfinished = !ranSuccessfully(allocation);
      return { ...KEEP, replace: drained === 'replace' ? unfinished : drained === 'replace-ended' };
    }
    return { ...KEEP, replace: job.type === 'service' || !ranSuccessfully(allocation) };
  }
  if (ended) return { ...KEEP, replace: job.type === 'service' };
  if (job.stop) {
    return { stop: 'alloc not needed due to job update', lost: false, replace: false };
  }
  const node = state.nodes.get(allocation.nodeId);
  if (node === undefined || node.status === 'down') {
    return { stop: 'alloc is lost since its node is down', lost: true, replace: true };
  }
  if (allocation.migrate) {
    return {
      stop: 'alloc is being migrated',
      lost: false,
      replace: drained === 'replace' || job.type !== 'batch',
    };
  }
  return KEEP;
}
