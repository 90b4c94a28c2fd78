import { AdminError, type ErrorKind, isAdminError } from '../../errors.ts';
import type { NomadAccess } from '../model.ts';

/** Why a way to Nomad did not lead there. */
export interface WayFailure {
  readonly access: NomadAccess;
  readonly error: AdminError;
}

/** What an error says about the way that it came by. */
export type Verdict =
  /** This way does not work; another one may. */
  | 'way'
  /** No way through this cluster will work. */
  | 'cluster'
  /** Nomad itself has spoken, or we are at fault: every way would end the same. */
  | 'answer';

/** The Kubernetes API said no before anything was handed on, so even a change may be tried again. */
const REFUSED_BEFORE_SENT: ReadonlySet<string> = new Set(['KUBERNETES_FORBIDDEN']);

const OF_THE_WAY: ReadonlySet<string> = new Set([
  ...REFUSED_BEFORE_SENT,
  'NOMAD_UNREACHABLE',
  'PORT_REFUSED',
  'EXEC_LOST',
  'NO_SUCH_COMMAND',
  'KUBERNETES_ERROR',
]);

const OF_THE_CLUSTER: ReadonlySet<string> = new Set([
  'KUBERNETES_UNREACHABLE',
  'KUBERNETES_UNAUTHORIZED',
  'CREDENTIALS_FAILED',
  'NAMESPACE_NOT_FOUND',
  'POD_NOT_FOUND',
]);

/** Wraps what went wrong while the cluster was being connected to. */
export class ClusterNotConnected extends Error {
  constructor(cause: unknown) {
    super('cannot connect to the cluster', { cause });
  }
}

/** Judges an error by whether another way might do better. */
export function judge(error: unknown): Verdict {
  if (error instanceof ClusterNotConnected) {
    return isAdminError(error.cause) ? 'cluster' : 'answer';
  }
  if (!isAdminError(error)) return 'answer';
  if (OF_THE_CLUSTER.has(error.code)) return 'cluster';
  return OF_THE_WAY.has(error.code) ? 'way' : 'answer';
}

/** Whether the error says that nothing reached Nomad. */
export function isRefusedBeforeSent(error: unknown): boolean {
  return isAdminError(error) && REFUSED_BEFORE_SENT.has(error.code);
}

/** Whether a {@link presentable} error says that the server's pod is not there. */
export function isMissingPod(error: unknown): error is AdminError {
  return isAdminError(error) && error.code === 'NOMAD_POD_NOT_FOUND';
}

/** The error for the operator: a pod that is missing is told as the Nomad server that it should be. */
export function presentable(error: unknown, pod: string): unknown {
  const own = error instanceof ClusterNotConnected ? error.cause : error;
  if (!isAdminError(own) || own.code !== 'POD_NOT_FOUND') return own;
  return new AdminError('notFound', `There is no Nomad server in pod "${pod}": ${own.message}`, {
    code: 'NOMAD_POD_NOT_FOUND',
    hint: 'Name its pod with --nomad-pod, or, for servers outside the cluster, set --nomad-address.',
    cause: own,
  });
}

/**
 * One error for all ways that were tried, each with its reason. A single one stands for itself.
 * The kind is that of the failures where they agree: three times "forbidden" is a matter of rights.
 */
export function noWayLeft(failures: readonly WayFailure[]): AdminError {
  const [first] = failures;
  if (first && failures.length === 1) return first.error;
  const kinds = new Set<ErrorKind>(failures.map(({ error }) => error.kind));
  const kind = first && kinds.size === 1 ? first.error.kind : 'service';
  const reasons = failures.map(({ access, error }) => `\n  ${access}: ${error.message}`);
  return new AdminError(kind, `Nomad cannot be reached; every way failed:${reasons.join('')}`, {
    code: 'NOMAD_UNREACHABLE',
    hint: 'Set its address with --nomad-address, or the cluster with --context and --namespace; to try one way only: --nomad-access.',
    cause: failures.map(({ error }) => error),
  });
}
