import { AdminError, type ErrorKind, isAdminError } from '../../errors.ts';
import type { NomadAccess } from '../model.ts';

/** The error of an access method that did not reach Nomad. */
export interface AccessFailure {
  readonly access: NomadAccess;
  readonly error: AdminError;
}

/** What an error means for the access method that it occurred with. */
export type FailureScope =
  /** This access method does not work; another one may. */
  | 'method'
  /** No access method through this cluster can work. */
  | 'cluster'
  /** The error comes from Nomad itself or from this program: every access method gives the same. */
  | 'answer';

/**
 * The Kubernetes API refused before it passed anything on, so that even a change may be retried.
 */
const REFUSED_BEFORE_SENT: ReadonlySet<string> = new Set(['KUBERNETES_FORBIDDEN']);

const METHOD_CODES: ReadonlySet<string> = new Set([
  ...REFUSED_BEFORE_SENT,
  'NOMAD_UNREACHABLE',
  'PORT_REFUSED',
  'EXEC_LOST',
  'NO_SUCH_COMMAND',
  'KUBERNETES_ERROR',
]);

const CLUSTER_CODES: ReadonlySet<string> = new Set([
  'KUBERNETES_UNREACHABLE',
  'KUBERNETES_UNAUTHORIZED',
  'CREDENTIALS_FAILED',
  'NAMESPACE_NOT_FOUND',
  'POD_NOT_FOUND',
]);

/** Wraps an error that occurred while connecting to the cluster. */
export class ClusterNotConnected extends Error {
  constructor(cause: unknown) {
    super('cannot connect to the cluster', { cause });
  }
}

/** Determines whether another access method may succeed after an error. */
export function failureScope(error: unknown): FailureScope {
  if (error instanceof ClusterNotConnected) {
    return isAdminError(error.cause) ? 'cluster' : 'answer';
  }
  if (!isAdminError(error)) return 'answer';
  if (CLUSTER_CODES.has(error.code)) return 'cluster';
  return METHOD_CODES.has(error.code) ? 'method' : 'answer';
}

/** Returns whether the error proves that nothing reached Nomad. */
export function isRefusedBeforeSent(error: unknown): boolean {
  return isAdminError(error) && REFUSED_BEFORE_SENT.has(error.code);
}

/** Returns whether a {@link reportableError} means that the server's pod does not exist. */
export function isMissingPod(error: unknown): error is AdminError {
  return isAdminError(error) && error.code === 'NOMAD_POD_NOT_FOUND';
}

/** Returns the error for the operator: a missing pod is reported as the missing Nomad server. */
export function reportableError(error: unknown, pod: string): unknown {
  const original = error instanceof ClusterNotConnected ? error.cause : error;
  if (!isAdminError(original) || original.code !== 'POD_NOT_FOUND') return original;
  return new AdminError(
    'notFound',
    `There is no Nomad server in pod "${pod}": ${original.message}`,
    {
      code: 'NOMAD_POD_NOT_FOUND',
      hint: 'Name its pod with --nomad-pod, or, for servers outside the cluster, set --nomad-address.',
      cause: original,
    },
  );
}

/**
 * Combines the errors of all access methods that were tried into one; a single error is returned as
 * it is. If all errors have the same kind, the result has it too: three refusals, for example, mean
 * that permissions are missing.
 */
export function allMethodsFailed(failures: readonly AccessFailure[]): AdminError {
  const [first] = failures;
  if (first && failures.length === 1) return first.error;
  const kinds = new Set<ErrorKind>(failures.map(({ error }) => error.kind));
  const kind = first && kinds.size === 1 ? first.error.kind : 'service';
  const reasons = failures.map(({ access, error }) => `\n  ${access}: ${error.message}`);
  return new AdminError(kind, `Nomad cannot be reached${reasons.join('')}`, {
    code: 'NOMAD_UNREACHABLE',
    hint: 'Set its address with --nomad-address, or the cluster with --context and --namespace; to try one method only: --nomad-access.',
    cause: failures.map(({ error }) => error),
  });
}
