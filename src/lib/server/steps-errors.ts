import { AdminError } from '../errors.ts';
import { excerpt } from '../http/response.ts';
import { tokenRefused } from './user-token.ts';

/** What the operator can do without the API. */
const MANUAL_HINT =
  "read the size in the restore_cache step on the job's page, and give it: circleci-admin troubleshoot cache 620MB";

/** Converts an unsuccessful response to a build request to an error. */
export function buildRefused(
  origin: string,
  path: string,
  build: string,
  status: number,
): AdminError {
  const { host } = new URL(origin);
  switch (status) {
    case 401:
      return tokenRefused(origin);
    case 403:
      return new AdminError(
        'unauthorised',
        `${host} does not permit the token's user to read build ${build}`,
        {
          code: 'SERVER_FORBIDDEN',
          hint: "The token's user requires access to the project on GitHub; use the token of a user who has it.",
        },
      );
    case 404:
      return new AdminError(
        'notFound',
        `${host} has no build ${build} that the token's user can see, or no API v1.1`,
        {
          code: 'BUILD_NOT_FOUND',
          hint: `Check its spelling (org/repo/number) and the user of the token; or ${MANUAL_HINT}`,
        },
      );
    default:
      return new AdminError('service', `${host} answered GET ${path} with ${status}`, {
        code: 'SERVER_ERROR',
        hint:
          status === 429
            ? 'The rate limit of this user is exceeded. Wait a minute, and run the command again.'
            : `Check the log of the frontend: circleci-admin pods logs --service frontend; or ${MANUAL_HINT}`,
      });
  }
}

/** The response is not a build: `service` SERVER_SURPRISE. */
export function noBuild(origin: string, path: string, text: string): AdminError {
  const { host } = new URL(origin);
  return new AdminError(
    'service',
    `${host} answered GET ${path} with something that is not a build: ${excerpt(text)}`,
    {
      code: 'SERVER_SURPRISE',
      hint: `Check that this is the host of the CircleCI server: circleci-admin config show; or ${MANUAL_HINT}`,
    },
  );
}

/** The output of a step is not available: `notFound` NO_STEP_OUTPUT. */
export function noOutput(why: string): AdminError {
  return new AdminError('notFound', why, { code: 'NO_STEP_OUTPUT', hint: manualHint() });
}

/**
 * The storage refused a step's output: `notFound` NO_STEP_OUTPUT or `service` STEP_OUTPUT_REFUSED.
 */
export function outputRefused(host: string, status: number): AdminError {
  if (status === 404 || status === 410) return noOutput(`it is no longer stored on ${host}`);
  return new AdminError('service', `${host} answered with ${status}`, {
    code: 'STEP_OUTPUT_REFUSED',
    hint: manualHint(),
  });
}

/** The output exceeds the maximum size: `service` STEP_OUTPUT_TOO_LONG. */
export function outputTooLong(maxBytes: number): AdminError {
  const limit = `${Math.round(maxBytes / 1024 ** 2)} MiB`;
  return new AdminError('service', `there is no size in its first ${limit}`, {
    code: 'STEP_OUTPUT_TOO_LONG',
    hint: manualHint(),
  });
}

function manualHint(): string {
  return `${MANUAL_HINT.charAt(0).toUpperCase()}${MANUAL_HINT.slice(1)}`;
}
