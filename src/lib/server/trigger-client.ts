import type { Clock } from '../clock.ts';
import { AdminError } from '../errors.ts';
import type { HttpClient } from '../http/http.ts';
import { excerpt } from '../http/response.ts';
import { objectOf, textOf } from '../json-value.ts';
import { Masker } from '../masking.ts';
import {
  decodePipeline,
  decodeStarted,
  decodeWorkflowJobs,
  decodeWorkflows,
} from './decode-pipeline.ts';
import { jsonOrUndefined } from './json-or-undefined.ts';
import { BRIEF_RETRY, type HttpAnswer, sendWithRetry } from './retry.ts';
import type { TriggerApi } from './trigger-api.ts';
import { tokenHeaders, tokenRefused } from './user-token.ts';

/** The options of {@link createTriggerApi}. */
export interface TriggerApiOptions {
  /** A client that respects the server's rate limit and does not retry by itself. */
  readonly http: HttpClient;
  /** Sent only to that host, in the header `Circle-Token`. */
  readonly token: string | null;
  readonly clock: Clock;
  /** Returns a number from 0 to 1, for the jitter of the pauses between tries. */
  readonly random: () => number;
}

const PROJECT = /^(?:(?<vcs>gh|github|bb|bitbucket)\/)?(?<org>[^/\s?#]+)\/(?<repo>[^/\s?#]+)$/i;

/** Creates a {@link TriggerApi} of one server. No request is sent. */
export function createTriggerApi(options: TriggerApiOptions): TriggerApi {
  const { http } = options;
  const read = async <T>(
    path: string,
    missing: () => AdminError,
    decode: (value: unknown) => T | null,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    const request = {
      method: 'GET',
      path,
      headers: tokenHeaders(options),
      ...signalOption(signal),
    } as const;
    const answer = await sendWithRetry(http, request, { ...options, policy: BRIEF_RETRY });
    return decoded(answer, { method: 'GET', path, missing }, decode, options);
  };
  return {
    startPipeline: async (project, branch, signal) => {
      const path = `/api/v2/project/${projectSlug(project)}/pipeline`;
      const response = await http.request({
        method: 'POST',
        path,
        headers: { ...tokenHeaders(options), 'content-type': 'application/json' },
        body: JSON.stringify(branch === null ? {} : { branch }),
        ...signalOption(signal),
      });
      const { status } = response;
      const answer = { status, headers: response.headers, text: await response.text() };
      const missing = (): AdminError => projectNotFound(project, http.origin);
      return decoded(answer, { method: 'POST', path, missing }, decodeStarted, options);
    },
    pipeline: (id, signal) =>
      read(`/api/v2/pipeline/${encode(id)}`, () => notFound(id), decodePipeline, signal),
    workflows: (id, signal) =>
      read(`/api/v2/pipeline/${encode(id)}/workflow`, () => notFound(id), decodeWorkflows, signal),
    jobs: (id, signal) =>
      read(`/api/v2/workflow/${encode(id)}/job`, () => notFound(id), decodeWorkflowJobs, signal),
  };
}

/**
 * Returns a project slug as the API expects it: `gh/ORG/REPO`.
 *
 * @throws AdminError of kind `usage`, code BAD_REPO
 */
function projectSlug(project: string): string {
  const { vcs = 'gh', org, repo } = PROJECT.exec(project)?.groups ?? {};
  if (org === undefined || repo === undefined) {
    throw new AdminError('usage', `${JSON.stringify(project)} is not a project`, {
      code: 'BAD_REPO',
      hint: 'Write ORG/REPO, such as acme/web.',
    });
  }
  return [vcs.toLowerCase(), org, repo].map(encode).join('/');
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Creates the error for a 404. */
  readonly missing: () => AdminError;
}

function decoded<T>(
  answer: HttpAnswer,
  call: Call,
  decode: (value: unknown) => T | null,
  options: TriggerApiOptions,
): T {
  const { status } = answer;
  if (status < 200 || status >= 300) throw refusal(answer, call, options);
  const value = decode(jsonOrUndefined(answer.text));
  if (value !== null) return value;
  throw failure(answer, call, options, 'SERVER_SURPRISE', 'which does not match API v2');
}

function refusal(answer: HttpAnswer, call: Call, options: TriggerApiOptions): AdminError {
  const { host } = new URL(options.http.origin);
  switch (answer.status) {
    case 401:
      return tokenRefused(options.http.origin);
    case 403:
      return new AdminError(
        'unauthorised',
        `${host} does not permit the token's user to ${call.method} ${call.path}${responseText(answer, options)}`,
        {
          code: 'SERVER_FORBIDDEN',
          hint: "The token's user requires write access to the project on GitHub; use the token of a user who has it.",
        },
      );
    case 404:
      return call.missing();
    case 400:
    case 422:
      return new AdminError(
        'validation',
        `${host} did not start a pipeline${responseText(answer, options)}`,
        {
          code: 'PIPELINE_REFUSED',
          hint: 'Check the branch, and that it has .circleci/config.yml.',
        },
      );
    default:
      return failure(answer, call, options, 'SERVER_ERROR', null);
  }
}

function failure(
  answer: HttpAnswer,
  { method, path }: Call,
  options: TriggerApiOptions,
  code: string,
  problem: string | null,
): AdminError {
  const { host } = new URL(options.http.origin);
  const what = `${host} answered ${method} ${path} with ${answer.status}`;
  return new AdminError(
    'service',
    `${what}${problem === null ? '' : `, ${problem}`}${responseText(answer, options)}`,
    {
      code,
      hint: 'Check the log of the frontend: circleci-admin pods logs --service frontend; then run the command again.',
    },
  );
}

/** Returns the server's message, with the token masked. */
function responseText({ text }: HttpAnswer, { token }: TriggerApiOptions): string {
  const masker = new Masker();
  masker.add(token);
  const message = textOf(objectOf(jsonOrUndefined(text))['message']) ?? text;
  return message.trim() === '' ? '' : `: ${masker.mask(excerpt(masker.mask(message)))}`;
}

function projectNotFound(project: string, origin: string): AdminError {
  return new AdminError('notFound', `${new URL(origin).host} has no project ${project}`, {
    code: 'PROJECT_NOT_FOUND',
    hint: `The token's user must have access to it, and it must be followed: ${origin}/projects. To check its spelling: circleci-admin nomad status`,
  });
}

function notFound(id: string): AdminError {
  return new AdminError('notFound', `The server has no pipeline or workflow ${id}`, {
    code: 'PIPELINE_NOT_FOUND',
    hint: 'It may be new: run the command again.',
  });
}

function signalOption(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function encode(text: string): string {
  return encodeURIComponent(text);
}
