import type { QueueFacts } from './facts.ts';

/** Returns whether Nomad has no leader: it reports none, or rejects requests for lack of one. */
export function isLeaderless({ snapshot }: QueueFacts): boolean {
  const { leader, clients, jobs } = snapshot.nomad;
  if (leader.status === 'known') return leader.value === null;
  return [leader, clients, jobs].some(
    (part) => part.status === 'failed' && part.failure.code === 'NOMAD_NO_LEADER',
  );
}
