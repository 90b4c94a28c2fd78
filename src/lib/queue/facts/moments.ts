import type { Milliseconds } from '../../clock.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';

/** Returns the time of the Kubernetes API server's clock at the snapshot. */
export function kubernetesNow({ takenAt, clocks }: QueueSnapshot): Date {
  return new Date(takenAt.getTime() + (clocks.kubernetesAheadMs ?? 0));
}

/** Returns the time of the CircleCI server's clock at the snapshot; the cluster's if unknown. */
export function serverNow({ takenAt, clocks }: QueueSnapshot): Date {
  const ahead = clocks.serverAheadMs ?? clocks.kubernetesAheadMs ?? 0;
  return new Date(takenAt.getTime() + ahead);
}

/**
 * Returns the time of Nomad's clock at the snapshot. If unknown, the cluster's time, because the
 * Nomad server is a pod, but not before the newest time in Nomad's records.
 */
export function nomadNow(snapshot: QueueSnapshot): Date {
  const now = nomadTimes.get(snapshot) ?? nomadTimeOf(snapshot);
  nomadTimes.set(snapshot, now);
  return now;
}

/** Cached, because without Nomad's time every job must be read. */
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

/** Returns the time since a moment; never negative, and null if the moment is unknown. */
export function ageAt(now: Date, at: Date | null): Milliseconds | null {
  return at === null ? null : Math.max(0, now.getTime() - at.getTime());
}

/** Returns the smallest known value; null if there is none. */
export function minKnown(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (smallest, value) => (value === null || (smallest ?? value) < value ? smallest : value),
    null,
  );
}
