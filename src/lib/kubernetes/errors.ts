import { AdminError, type ErrorKind, isAdminError } from '../errors.ts';
import type { HttpResponse } from '../http/http.ts';
import { collect, excerpt } from '../http/response.ts';
import { canIQuestion } from './can-i.ts';
import type { ClusterTarget } from './client.ts';

/** The API server's error document (`kind: Status`, `apiVersion: v1`). */
export interface Status {
  readonly status: string;
  readonly message: string;
  readonly reason: string;
  readonly code: number | null;
  readonly kind: string | null;
  readonly name: string | null;
  /** Details of the error; the exit status of a command is one of them. */
  readonly causes: readonly { readonly reason: string; readonly message: string }[];
}

/** A request, as an error message describes it. */
export interface RequestContext {
  readonly target: ClusterTarget;
  /** What the request does, such as `list pods`. */
  readonly action: string;
  /** The label or field selector of the request, so that a rejected one can be named. */
  readonly selector?: string | undefined;
}

/** Decodes a Status from a parsed document; null for any other document. */
export function readStatus(document: unknown): Status | null {
  const whole = record(document);
  // The kubelet's final status on an exec stream has neither kind nor apiVersion.
  if (!whole || (whole['kind'] !== undefined && whole['kind'] !== 'Status')) return null;
  if (whole['kind'] === 'Status' && whole['apiVersion'] !== 'v1') return null;
  if (typeof whole['status'] !== 'string') return null;
  const details = record(whole['details']) ?? {};
  const causes = Array.isArray(details['causes']) ? details['causes'] : [];
  return {
    status: whole['status'],
    message: text(whole['message']) ?? '',
    reason: text(whole['reason']) ?? '',
    code: typeof whole['code'] === 'number' ? whole['code'] : null,
    kind: text(details['kind']),
    name: text(details['name']),
    causes: causes.map((cause: unknown) => ({
      reason: text(record(cause)?.['reason']) ?? '',
      message: text(record(cause)?.['message']) ?? '',
    })),
  };
}

/** Returns the Status in a response body; null for any other body. */
export function parseStatus(body: Uint8Array): Status | null {
  try {
    return readStatus(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Returns the AdminError for an error response; reads its body. */
export async function answerFailure(
  response: HttpResponse,
  context: RequestContext,
): Promise<AdminError> {
  return refusal(response.status, await collect(response.body), context);
}

/** Returns the AdminError for an HTTP status and a body. */
export function refusal(httpStatus: number, body: Uint8Array, context: RequestContext): AdminError {
  const status = parseStatus(body);
  if (status) return statusFailure(status, httpStatus, context);
  const { server } = context.target;
  if (httpStatus === 401) return unauthorised(context);
  return serverError(
    `${server} answered ${httpStatus} when asked to ${context.action}: ${excerpt(Buffer.from(body).toString('utf8'))}`,
  );
}

/** Returns the AdminError for a Status; the messages are those of Kubernetes 1.21 and later. */
export function statusFailure(
  status: Status,
  httpStatus: number,
  context: RequestContext,
): AdminError {
  switch (status.code ?? httpStatus) {
    case 400:
      return badRequest(status, context);
    case 401:
      return unauthorised(context);
    case 403:
      return forbidden(status, context);
    case 404:
      return missing(status, context);
    default:
      return otherFailure(status, context);
  }
}

/**
 * Returns KUBERNETES_UNREACHABLE of kind `service` for an UNREACHABLE error; other errors
 * unchanged.
 */
export function reachFailure(error: unknown): unknown {
  if (!isAdminError(error, 'service') || error.code !== 'UNREACHABLE') return error;
  return new AdminError('service', `Kubernetes: ${error.message}`, {
    code: 'KUBERNETES_UNREACHABLE',
    hint: 'Check the cluster: kubectl get pods; to use another one: --context.',
    cause: error,
  });
}

/** Returns the error for a pod's port that refuses connections: `service` PORT_REFUSED. */
export function portRefused(message: string, where: string): AdminError {
  const reason = /connection refused/.test(message) ? 'nothing listens there' : message.trim();
  return new AdminError('service', `Cannot connect to ${where}: ${reason}`, {
    code: 'PORT_REFUSED',
    hint: 'Check that the pod is ready and that the port is right: kubectl describe pod',
  });
}

function badRequest(status: Status, context: RequestContext): AdminError {
  const { message } = status;
  if (/^container .* is not valid for pod/.test(message)) {
    return failure(
      'validation',
      message,
      'BAD_CONTAINER',
      'Give the name of a container of the pod.',
    );
  }
  if (/^previous terminated container/.test(message)) {
    const hint = 'The container was not restarted: read its log without --previous.';
    return failure('notFound', message, 'NO_PREVIOUS_LOG', hint);
  }
  if (/is waiting to start/.test(message)) {
    return failure('service', message, 'CONTAINER_WAITING', 'To see why: kubectl describe pod');
  }
  if (context.selector !== undefined) {
    const what = `The selector "${context.selector}" is not valid: ${message}`;
    const sample = /field/i.test(message)
      ? 'status.phase!=Running,spec.nodeName=NODE'
      : 'app=dispatcher,layer!=data';
    return failure('validation', what, 'BAD_SELECTOR', `Write it like ${sample}.`);
  }
  return serverError(`Kubernetes could not ${context.action}: ${message}`);
}

function unauthorised(context: RequestContext): AdminError {
  const { server, context: name } = context.target;
  const who = name === null ? 'the service account' : `context "${name}"`;
  return failure(
    'unauthorised',
    `${server} does not accept the credentials of ${who}`,
    'KUBERNETES_UNAUTHORIZED',
    'Log in again as your cluster requires, or use another context with --context.',
  );
}

function forbidden(status: Status, context: RequestContext): AdminError {
  const parsed =
    /User "(?<user>[^"]*)" cannot (?<verb>\S+) resource "(?<resource>[^"]*)" in API group "[^"]*"(?: in the namespace "(?<namespace>[^"]*)")?/.exec(
      status.message,
    )?.groups;
  if (!parsed) {
    const what = `No permission to ${context.action}: ${status.message}`;
    return failure('unauthorised', what, 'KUBERNETES_FORBIDDEN', 'Ask for a role that permits it.');
  }
  const { user = '', verb = '', resource = '', namespace } = parsed;
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  const scope = namespace === undefined ? '--all-namespaces' : `-n ${namespace}`;
  return failure(
    'unauthorised',
    `${user} has no permission to ${verb} ${resource} ${where}`,
    'KUBERNETES_FORBIDDEN',
    `Ask for a role with verb ${verb} on ${resource}; check with: ${canIQuestion(verb, resource, scope)}`,
  );
}

function missing(status: Status, context: RequestContext): AdminError {
  const { namespace } = context.target;
  if (status.kind === 'namespaces')
    return namespaceNotFound(status.name ?? namespace, context.target);
  if (status.kind === 'pods') {
    return failure(
      'notFound',
      `There is no pod "${status.name}" in namespace ${namespace}`,
      'POD_NOT_FOUND',
      `List the pods with: kubectl get pods -n ${namespace}`,
    );
  }
  const what = `Kubernetes could not ${context.action}: ${status.message}`;
  return failure('notFound', what, 'KUBERNETES_NOT_FOUND', 'Check the name and the namespace.');
}

/** Returns the error for a missing namespace: `notFound` NAMESPACE_NOT_FOUND. */
export function namespaceNotFound(name: string, target: ClusterTarget): AdminError {
  return failure(
    'notFound',
    `There is no namespace "${name}" in ${target.server}`,
    'NAMESPACE_NOT_FOUND',
    'Set the namespace of CircleCI Server with --namespace; to list them: kubectl get namespaces',
  );
}

function otherFailure(status: Status, context: RequestContext): AdminError {
  const { message } = status;
  if (/error trying to reach service/.test(message)) {
    const reason = message.replace(/^error trying to reach service: /, '');
    return portRefused(reason, context.action);
  }
  const kubelet = /^Get "https?:\/\/([^"/]+)\/containerLogs\/[^"]*": (.+)/.exec(message);
  if (kubelet) {
    const what = `Kubernetes could not ${context.action}: its node does not answer at ${kubelet[1]} (${kubelet[2]})`;
    return failure('service', what, 'NODE_UNREACHABLE', 'Check the nodes: kubectl get nodes');
  }
  const codes: Readonly<Record<string, string>> = {
    Conflict: 'KUBERNETES_CONFLICT',
    AlreadyExists: 'KUBERNETES_ALREADY_EXISTS',
    Expired: 'KUBERNETES_EXPIRED',
    Gone: 'KUBERNETES_EXPIRED',
  };
  const what = `Kubernetes could not ${context.action}: ${message || status.reason}`;
  return failure('service', what, codes[status.reason] ?? 'KUBERNETES_ERROR', 'Try again.');
}

function serverError(message: string): AdminError {
  const hint =
    'Try again; if it fails again, check the API server: kubectl get --raw /readyz?verbose';
  return failure('service', message, 'KUBERNETES_ERROR', hint);
}

function failure(kind: ErrorKind, message: string, code: string, hint: string): AdminError {
  const ref = code === 'KUBERNETES_FORBIDDEN' ? { ref: 'docs/permissions.md' } : {};
  return new AdminError(kind, message, { code, hint, ...ref });
}

function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
