import { AdminError, isAdminError } from '../../errors.ts';
import { shortId } from '../quantities.ts';
import type { LogSource } from './log-session.ts';

/**
 * Returns the code that applies, given that the server knows the allocation. A client that does not
 * know it has deleted it (Nomad's clients keep the last 50 ended allocations) unless it is pending,
 * in which case it is not there yet.
 */
function codeOf({ code }: AdminError, { allocation }: LogSource): string {
  if (code !== 'NOMAD_ALLOCATION_NOT_FOUND' && code !== 'NOMAD_LOGS_GONE') return code;
  return allocation.clientStatus === 'pending' ? 'NOMAD_LOGS_NOT_YET' : 'NOMAD_LOGS_GONE';
}

/**
 * Adds to an error of reading a log which log it was and how else to get it. An error that does not
 * concern the log itself is returned unchanged.
 */
export function explainLogError(error: unknown, source: LogSource): unknown {
  if (!isAdminError(error)) return error;
  const { allocation, task, stream } = source;
  const node = allocation.nodeName ?? shortId(allocation.nodeId);
  const log = `the ${stream} of ${task} in allocation ${shortId(allocation.id)}`;
  switch (codeOf(error, source)) {
    case 'NOMAD_CLIENT_UNREACHABLE':
      return new AdminError('service', `${log} is on client ${node}, which Nomad cannot reach`, {
        code: 'NOMAD_CLIENT_UNREACHABLE',
        hint:
          `On the machine, it is in alloc/${allocation.id}/alloc/logs/${task}.${stream}.0 (.1, ...) in the ` +
          `data directory of Nomad; the build page shows the output of its steps. ` +
          `See the client with: circleci-admin nomad node-status ${shortId(allocation.nodeId)}`,
        cause: error,
      });
    case 'NOMAD_LOGS_GONE':
      return new AdminError('notFound', `${log} was deleted by client ${node}`, {
        code: 'NOMAD_LOGS_GONE',
        hint: 'Clients delete the logs of ended builds; the build page shows the output of the steps.',
        cause: error,
      });
    case 'NOMAD_LOGS_NOT_YET':
      return new AdminError('notFound', `${log} does not exist yet: the task has not started`, {
        code: 'NOMAD_LOGS_NOT_YET',
        hint: `Wait for it with --follow, or see why: circleci-admin nomad status ${allocation.jobId}`,
        cause: error,
      });
    default:
      return error;
  }
}
