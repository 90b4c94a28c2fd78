import type { Milliseconds } from '../../clock.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';

/** What time it was for the Kubernetes API server when the snapshot was taken. */
export function kubernetesNow({ takenAt, clocks }: QueueSnapshot): Date {
  return new Date(takenAt.getTime() + (clocks.kubernetesAheadMs ?? 0));
}

/** What time it was for the CircleCI server; the cluster's where the server does not say. */
export function serverNow({ takenAt, clocks }: QueueSnapshot): Date {
  const ahead = clocks.serverAheadMs ?? clocks.kubernetesAheadMs ?? 0;
  return new Date(takenAt.getTime() + ahead);
}

/**
 * What time it was for Nomad. Where it does not say, the cluster's time, for its server is a pod;
 * but never before what Nomad itself has dated.
 */
export function nomadNow(snapshot: QueueSnapshot): Date {
  const now = nomadTimes.get(snapshot) ?? nomadTimeOf(snapshot);
  nomadTimes.set(snapshot, now);
  return now;
}

/** Worked out once: where Nomad does not say, that takes a look at every job. */
const nomadTimes = new WeakMap<QueueSnapshot, Date>();

function nomadTimeOf({ takenAt, clocks, nomad }: QueueSnapshot): Date {
  const { nomadAheadMs, kubernetesAheadMs } = clocks;
  if (nomadAheadMs !== null) return new Date(takenAt.getTime() + nomadAheadMs);
  const guess = takenAt.getTime() + (kubernetesAheadMs ?? 0);
  const jobs = nomad.jobs.status === 'known' ? nomad.jobs.value : [];
  const newest = jobs.reduce((latest, { submittedAt, startedAt, finishedAt }) => {
    const moments = [submittedAt, startedAt, finishedAt].map((at) => at?.getTime() ?? 0);
    return Math.max(latest, ...moments);
  }, guess);
  return new Date(newest);
}

/** How long ago something was; never negative, and null where it is not known. */
export function ageAt(now: Date, at: Date | null): Milliseconds | null {
  return at === null ? null : Math.max(0, now.getTime() - at.getTime());
}

/** The smallest of what is known; null where nothing is. */
export function least(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (smallest, value) => (value === null || (smallest ?? value) < value ? smallest : value),
    null,
  );
}
