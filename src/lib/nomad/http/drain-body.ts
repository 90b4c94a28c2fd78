import { AdminError } from '../../errors.ts';
import type { DrainSpec } from '../client.ts';

const NANOSECONDS_PER_MS = 1e6;
/** Any negative deadline kills at once; the nomad CLI sends minus one second. */
const FORCE = -1_000_000_000;
/** Zero means no deadline to Nomad. */
const NO_DEADLINE = 0;

/**
 * Validates a deadline. Zero is rejected: to a person it means "kill now", to Nomad "never".
 *
 * @throws AdminError of kind `usage`, code BAD_DEADLINE
 */
export function checkDeadline(deadline: DrainSpec['deadline']): void {
  if (deadline === null || deadline === 'force') return;
  if (Number.isFinite(deadline) && deadline > 0) return;
  throw new AdminError('usage', `A drain's deadline cannot be ${deadline} ms`, {
    code: 'BAD_DEADLINE',
    hint: 'Give a time above zero, remove --deadline to wait without a limit, or use --force to kill builds now.',
  });
}

/**
 * Returns the body of `POST /v1/node/:id/drain` (api/nodes.go). The deadline is an integer in
 * nanoseconds; `Meta` is ignored before Nomad 1.1. The query parameter `enable` of old servers is
 * not used, because it forces the drain.
 */
export function drainBody(id: string, spec: DrainSpec): unknown {
  checkDeadline(spec.deadline);
  return {
    NodeID: id,
    DrainSpec: {
      Deadline: deadlineOf(spec.deadline),
      IgnoreSystemJobs: spec.ignoreSystemJobs ?? false,
    },
    MarkEligible: false,
    Meta: spec.meta ?? {},
  };
}

function deadlineOf(deadline: DrainSpec['deadline']): number {
  if (deadline === null) return NO_DEADLINE;
  if (deadline === 'force') return FORCE;
  return Math.max(1, Math.round(deadline * NANOSECONDS_PER_MS));
}
