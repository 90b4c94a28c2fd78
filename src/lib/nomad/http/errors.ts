import { AdminError, type AdminErrorOptions, type ErrorKind, isAdminError } from '../../errors.ts';

/** A request to Nomad, described for error messages. */
export interface NomadOperation {
  /** A phrase that follows "Nomad could not", such as `read node 4ad8...`. */
  readonly action: string;
  /** The ACL capability that the request requires, such as `node:read` or `read-logs`. */
  readonly requires: string;
}

/** An error response of Nomad: a status and a plain text. */
export interface ErrorAnswer {
  /** Null if there is no status: from the nomad CLI, or within a log stream. */
  readonly status: number | null;
  readonly body: string;
}

interface Known {
  readonly matches: RegExp;
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string;
}

/**
 * Nomad's errors by their text (nomad/structs/errors.go, client/fs_endpoint.go). The status is not
 * reliable: an unknown node is 404 when read and 500 when drained, and errors of other servers
 * arrive as 500. The CLI words some errors differently (command/node_status.go).
 */
const KNOWN: readonly Known[] = [
  {
    matches: /^No cluster leader/i,
    kind: 'service',
    code: 'NOMAD_NO_LEADER',
    hint: 'Try again; if it fails again, check the Nomad server: circleci-admin pods logs circleci-nomad',
  },
  {
    matches: /Client sent an HTTP request to an HTTPS server/i,
    kind: 'service',
    code: 'NOMAD_UNREACHABLE',
    hint: 'Use an address that starts with https://.',
  },
  {
    matches: /Permission denied/i,
    kind: 'unauthorised',
    code: 'NOMAD_PERMISSION_DENIED',
    hint: 'Set NOMAD_TOKEN to a token with this capability.',
  },
  {
    matches: /ACL token (?:not found|expired)/i,
    kind: 'unauthorised',
    code: 'NOMAD_PERMISSION_DENIED',
    hint: 'Set NOMAD_TOKEN to a token that this Nomad knows.',
  },
  {
    matches: /No path to node/i,
    kind: 'service',
    code: 'NOMAD_CLIENT_UNREACHABLE',
    hint: "Check that the client is up: circleci-admin nomad node-status; or read the log on the machine, under alloc/ in Nomad's data directory.",
  },
  {
    matches: /No path to region/i,
    kind: 'usage',
    code: 'NOMAD_NO_REGION',
    hint: 'Give the name of a region that this Nomad knows.',
  },
  {
    matches: /^Namespace not found/i,
    kind: 'notFound',
    code: 'NOMAD_NAMESPACE_NOT_FOUND',
    hint: 'CircleCI uses the default namespace: unset NOMAD_NAMESPACE, or nomad.namespace in the profile.',
  },
  {
    matches: /node not found|^No node\(s\) with prefix|^Unknown node/i,
    kind: 'notFound',
    code: 'NOMAD_NODE_NOT_FOUND',
    hint: 'List the clients: circleci-admin nomad node-status',
  },
  {
    matches: /job(?: \S+)? not found|^No job\(s\) with prefix/i,
    kind: 'notFound',
    code: 'NOMAD_JOB_NOT_FOUND',
    hint: 'List the jobs: circleci-admin nomad status (finished jobs are removed after 4 hours)',
  },
  {
    matches: /failed to list entries|log entry for task .* not found|not found on client/i,
    kind: 'notFound',
    code: 'NOMAD_LOGS_GONE',
    hint: 'The client has deleted the logs of this finished allocation; the build page may still show them.',
  },
  {
    matches: /alloc(?:ation)? not found|Unknown allocation|^No allocation\(s\) with prefix/i,
    kind: 'notFound',
    code: 'NOMAD_ALLOCATION_NOT_FOUND',
    hint: 'List the jobs: circleci-admin nomad status (finished jobs are removed after 4 hours)',
  },
  {
    matches: /eval(?:uation)? not found|^No evaluation\(s\) with prefix/i,
    kind: 'notFound',
    code: 'NOMAD_EVALUATION_NOT_FOUND',
    hint: 'List the jobs: circleci-admin nomad status (evaluations are removed after 1 hour)',
  },
  {
    matches: /not started yet/i,
    kind: 'notFound',
    code: 'NOMAD_LOGS_NOT_YET',
    hint: 'Try again when the build has started.',
  },
  {
    matches: /unknown task name|Could not find task named/i,
    kind: 'notFound',
    code: 'NOMAD_TASK_NOT_FOUND',
    hint: 'The task of a build is called build-agent.',
  },
  {
    matches: /eligible while it is draining/i,
    kind: 'service',
    code: 'NOMAD_NODE_DRAINING',
    hint: 'Cancel the drain first: circleci-admin nomad drain --disable NODE',
  },
  {
    matches: /UUID must be 36 characters|must be even length|Invalid UUID|Prefix matched multiple/i,
    kind: 'usage',
    code: 'NOMAD_BAD_ID',
    hint: 'Give the whole ID.',
  },
];

/**
 * Maps an error of Nomad to an error with a code and a hint, by its text: see {@link KNOWN}. An
 * unknown error becomes `service` NOMAD_ERROR with Nomad's own text.
 */
export function nomadError(answer: ErrorAnswer, operation: NomadOperation): AdminError {
  const text = innermost(answer.body);
  const known = KNOWN.find(({ matches }) => matches.test(text)) ?? byStatus(answer.status);
  const message =
    known?.code === 'NOMAD_PERMISSION_DENIED'
      ? `Nomad refuses to ${operation.action}: ${text || 'permission denied'} (requires ${operation.requires})`
      : `Nomad could not ${operation.action}: ${text || statusInWords(answer.status)}`;
  return known
    ? new AdminError(known.kind, message, { code: known.code, hint: known.hint })
    : new AdminError('service', message, {
        code: 'NOMAD_ERROR',
        hint: 'Run again with --debug to see the requests.',
      });
}

/** Returns the error for a success response with unexpected content: `service` NOMAD_BAD_ANSWER. */
export function badAnswer(operation: NomadOperation, why: string, cause?: unknown): AdminError {
  return new AdminError('service', `Nomad's answer when asked to ${operation.action} ${why}`, {
    code: 'NOMAD_BAD_ANSWER',
    hint: 'Check that the address is that of a Nomad server, and run the command again.',
    cause,
  });
}

/**
 * Maps an error of the transport to Nomad's codes: UNREACHABLE and TLS_REFUSED become
 * NOMAD_UNREACHABLE, BAD_ANSWER becomes NOMAD_BAD_ANSWER. Any other error is returned unchanged.
 */
export function transportError(error: unknown, operation: NomadOperation): unknown {
  if (!isAdminError(error)) return error;
  const code = TRANSPORT_CODES[error.code];
  if (code === undefined) return error;
  const options: AdminErrorOptions = {
    code,
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
  return new AdminError(
    error.kind,
    `Nomad could not ${operation.action}: ${error.message}`,
    options,
  );
}

const TRANSPORT_CODES: Readonly<Record<string, string>> = {
  UNREACHABLE: 'NOMAD_UNREACHABLE',
  TLS_REFUSED: 'NOMAD_UNREACHABLE',
  BAD_ANSWER: 'NOMAD_BAD_ANSWER',
};

function byStatus(status: number | null): Known | undefined {
  if (status !== 401 && status !== 403) return undefined;
  return KNOWN.find(({ code }) => code === 'NOMAD_PERMISSION_DENIED');
}

function statusInWords(status: number | null): string {
  return status === null ? 'no reason given' : `status ${status}, no reason given`;
}

/**
 * Removes Nomad's prefixes and wrappers, which may be nested: `rpc error: ` of each server that
 * forwarded the error, `Unexpected response code: 500 (...)` and `Error querying node: ...` of the
 * CLI, and `RPC Error:: 404,...` of errors with a code.
 */
export function innermost(body: string): string {
  let text = body.trim();
  for (let before = ''; before !== text; ) {
    before = text;
    text = text
      .replace(/^rpc error:\s*/i, '')
      .replace(/^RPC Error::\s*\d+,\s*/i, '')
      .replace(/^.*?Unexpected response code: \d+ \(([\s\S]*)\)\s*$/, '$1')
      .replace(/^(?:Error|Failed to) [^:\n]+: (?=\S)/, '')
      .trim();
  }
  return text;
}
