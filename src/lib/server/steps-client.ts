import { AdminError, isAdminError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http/http.ts';
import { parseJsonArray } from '../http/json-array.ts';
import { objectOf, textOf } from '../json-value.ts';
import { MASK, type Masker } from '../masking.ts';
import { decodeSteps } from './decode-steps.ts';
import { jsonOrUndefined } from './json-or-undefined.ts';
import type { BuildSteps, StepAction, StepsApi } from './steps-api.ts';
import { buildRefused, noBuild, noOutput, outputRefused, outputTooLong } from './steps-errors.ts';
import { tokenHeaders } from './user-token.ts';

/** The options of {@link createStepsApi}. */
export interface StepsApiOptions {
  /** The client of the server itself; it retries reads. */
  readonly http: HttpClient;
  /** Returns a client of the host that stores step output. The token is never sent there. */
  readonly elsewhere: (origin: string) => Promise<HttpClient>;
  readonly token: string | null;
  readonly masker: Pick<Masker, 'add'>;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 3;

/**
 * Creates a {@link StepsApi} of one server. No request is sent.
 *
 * The paths are those of circleci.com. `GET /api/v1.1/project/:vcs/:org/:repo/:num` is documented
 * (circleci/circleci-docs, src-api). That `output_url` leads to a JSON array of `{message, time,
 * type}` is not documented, but public clients rely on it (tmessi/cci,
 * ganezasan/circleci-job-collector). If `output_url` is missing, as for running steps, the output
 * is read from `:num/output/:step/:index`, like Shyp/go-circle does. It is assumed that server 3.x
 * has the same paths.
 */
export function createStepsApi(options: StepsApiOptions): StepsApi {
  const { http } = options;
  return {
    build: async (project, number, signal) => {
      const path = buildPath(project, number);
      const response = await http.request({
        method: 'GET',
        path,
        headers: tokenHeaders(options),
        ...(signal ? { signal } : {}),
      });
      const name = `${project}/${number}`;
      if (response.status !== 200) {
        await response.discard();
        throw buildRefused(http.origin, path, name, response.status);
      }
      const text = await response.text();
      const build = decodeSteps(jsonOrUndefined(text), { project, number });
      if (build === null) throw noBuild(http.origin, path, text);
      return build;
    },
    output: (build, action, maxBytes, signal) =>
      readOutput(() => outputAddress(build, action, http.origin), options, maxBytes, signal),
  };
}

function buildPath(project: string, number: number): string {
  // Server 3.x supports only GitHub.
  const slug = project.split('/').map(encodeURIComponent).join('/');
  return `/api/v1.1/project/github/${slug}/${number}`;
}

function outputAddress(
  { project, number }: BuildSteps,
  { outputUrl, step, task }: StepAction,
  origin: string,
): URL {
  if (outputUrl !== null) return webAddress(outputUrl, origin);
  if (step === null) throw noOutput('the server does not say where it is stored');
  return new URL(`${buildPath(project, number)}/output/${step}/${task}`, origin);
}

function webAddress(text: string, base: string): URL {
  const url = URL.parse(text, base);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw noOutput('the server gives no web address for it');
}

async function* readOutput(
  address: () => URL,
  options: StepsApiOptions,
  maxBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  const { url, response } = await follow(address(), options, signal);
  if (response.status !== 200) {
    await response.discard();
    throw outputRefused(url.host, response.status);
  }
  const pieces = bounded(response.body, maxBytes);
  try {
    for await (const one of parseJsonArray(pieces, `the request for it at ${url.host}`)) {
      const message = textOf(objectOf(one)['message']);
      if (message !== null) yield message;
    }
  } catch (error) {
    throw withoutQuery(error, url);
  } finally {
    // If the reader stops early, close the connection: the rest may be long.
    await pieces.return();
  }
}

/** Requests a URL and follows its redirects. */
async function follow(
  first: URL,
  options: StepsApiOptions,
  signal: AbortSignal | undefined,
): Promise<{ readonly url: URL; readonly response: HttpResponse }> {
  let url = first;
  for (let sent = 0; ; sent += 1) {
    const response = await get(url, options, signal);
    const { location } = response.headers;
    if (!REDIRECTS.has(response.status) || location === undefined || sent === MAX_REDIRECTS) {
      return { url, response };
    }
    await response.discard();
    url = webAddress(location, url.href);
  }
}

async function get(
  url: URL,
  options: StepsApiOptions,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  const { http, elsewhere, masker } = options;
  // The query may be a signature that gives access to the output: keep it out of debug output.
  masker.add(url.search.slice(1));
  // Send the token only to the server itself: same scheme, host and port.
  const own = url.origin === http.origin;
  const client = own ? http : await elsewhere(url.origin);
  try {
    return await client.request({
      method: 'GET',
      path: `${url.pathname}${url.search}`,
      headers: own ? tokenHeaders(options) : {},
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    throw withoutQuery(error, url);
  }
}

async function* bounded(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let read = 0;
  for await (const piece of body) {
    read += piece.length;
    if (read > maxBytes) throw outputTooLong(maxBytes);
    yield piece;
  }
}

/** Returns the error without the query in its message. */
function withoutQuery(error: unknown, { search }: URL): unknown {
  if (!isAdminError(error) || search === '' || !error.message.includes(search)) return error;
  const { kind, code, hint, cause } = error;
  const message = error.message.replaceAll(search, `?${MASK}`);
  return new AdminError(kind, message, { code, ...(hint === undefined ? {} : { hint }), cause });
}
