import { AdminError, type AdminErrorOptions, type ErrorKind, isAdminError } from '../../errors.ts';

/** What was asked of Nomad, for messages and for what a token needs. */
export interface Asked {
  /** In words, to follow "Nomad could not", such as `read node 4ad8...`. */
  readonly what: string;
  /** The ACL capability that Nomad wants for it, such as `node:read` or `read-logs`. */
  readonly needs: string;
}

/** Nomad's answer that is no success: a status and a plain text. */
export interface ErrorAnswer {
  /** Null where there is none: from the nomad CLI, or in the middle of a log. */
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
 * Nomad's errors by what they say (nomad/structs/errors.go, client/fs_endpoint.go), since the
 * status lies: an unknown node is 404 when read and 500 when drained, what another server says
 * comes as 500. The CLI says some of it in words of its own (command/node_status.go).
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
 * Nomad's error as one to act on. Matched by content: see {@link KNOWN}. What is not known is
 * `service` NOMAD_ERROR with Nomad's own words.
 */
export function nomadError(answer: ErrorAnswer, asked: Asked): AdminError {
  const text = innermost(answer.body);
  const known = KNOWN.find(({ matches }) => matches.test(text)) ?? byStatus(answer.status);
  const message =
    known?.code === 'NOMAD_PERMISSION_DENIED'
      ? `Nomad refuses to ${asked.what}: ${text || 'permission denied'} (requires ${asked.needs})`
      : `Nomad could not ${asked.what}: ${text || statusInWords(answer.status)}`;
  return known
    ? new AdminError(known.kind, message, { code: known.code, hint: known.hint })
    : new AdminError('service', message, {
        code: 'NOMAD_ERROR',
        hint: 'Run again with --debug to see the requests.',
      });
}

/** An answer with a good status that is not what Nomad sends: `service` NOMAD_BAD_ANSWER. */
export function badAnswer(asked: Asked, why: string, cause?: unknown): AdminError {
  return new AdminError('service', `Nomad's answer when asked to ${asked.what} ${why}`, {
    code: 'NOMAD_BAD_ANSWER',
    hint: 'Check that the address is that of a Nomad server, and run the command again.',
    cause,
  });
}

/**
 * What the transport threw, in Nomad's codes: UNREACHABLE and TLS_REFUSED become
 * NOMAD_UNREACHABLE, BAD_ANSWER becomes NOMAD_BAD_ANSWER; all else stays as it is.
 */
export function transportError(error: unknown, asked: Asked): unknown {
  if (!isAdminError(error)) return error;
  const code = TRANSPORT_CODES[error.code];
  if (code === undefined) return error;
  const options: AdminErrorOptions = {
    code,
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
  return new AdminError(error.kind, `Nomad could not ${asked.what}: ${error.message}`, options);
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
 * The text inside of Nomad's wrappers, which nest: `rpc error: ` per server that forwarded it,
 * `Unexpected response code: 500 (...)` and `Error querying node: ...` of the CLI,
 * `RPC Error:: 404,...` of coded errors.
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
