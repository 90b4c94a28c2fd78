import type { QueueFacts } from './facts.ts';

/** Whether Nomad has no leader: it says so itself, or refuses to answer for want of a leader. */
export function isLeaderless({ snapshot }: QueueFacts): boolean {
  const { leader, clients, jobs } = snapshot.nomad;
  if (leader.status === 'known') return leader.value === null;
  return [leader, clients, jobs].some(
    (part) => part.status === 'failed' && part.failure.code === 'NOMAD_NO_LEADER',
  );
}
