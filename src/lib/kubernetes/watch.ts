import type { Milliseconds } from '../clock.ts';
import { AdminError, isAdminError } from '../errors.ts';
import type { PodChange, PodSelector } from './client.ts';
import { decodePod } from './decode.ts';
import { readStatus, statusFailure } from './errors.ts';
import type { Pod } from './model.ts';
import { podsPath } from './paths.ts';
import { listPods, selectorQuery } from './pods.ts';
import type { Transport } from './transport.ts';

/** The requested duration of a watch in seconds; by default the server chooses a random one. */
const HELD_SECONDS = 300;
/** A watch that is silent for longer than its requested duration has lost its connection. */
const SILENCE: Milliseconds = (HELD_SECONDS + 30) * 1_000;
const FIRST_PAUSE: Milliseconds = 500;
const MAX_PAUSE: Milliseconds = 15_000;
/** The number of consecutive failures after which a watch gives up. */
const GIVE_UP_AFTER = 8;

/** The resource version to resume a watch from has expired: the pods must be listed again. */
class Expired extends Error {}

/**
 * Yields changes of pods from now on. A broken watch resumes from the last resource version. If
 * that has expired on the server, the pods are listed again and compared with the known ones, and
 * each difference is yielded once. Ends when the signal is aborted.
 *
 * @throws AdminError as listed at KubernetesClient, after {@link GIVE_UP_AFTER} consecutive
 *   failures; at once if it is neither a service error nor a timeout, or if the first list fails
 */
export async function* watchPods(
  transport: Transport,
  selector: PodSelector = {},
): AsyncGenerator<PodChange, void, undefined> {
  const state = new Known();
  let failures = 0;
  while (!selector.signal?.aborted) {
    let progress = false;
    try {
      for await (const change of goOn(transport, selector, state)) {
        progress = true;
        failures = 0;
        if (change) yield change;
      }
    } catch (error) {
      if (selector.signal?.aborted) return;
      if (error instanceof Expired) state.version = null;
      else {
        failures += 1;
        if (!state.listed || failures >= GIVE_UP_AFTER || !isPassing(error)) throw error;
      }
    }
    if (!progress && !(await pause(transport, failures, selector.signal))) return;
  }
}

/** The state of a watch. */
class Known {
  /** The resource version to resume from; null if the pods must be listed first. */
  version: string | null = null;
  /** Whether the pods have been listed once: the first list contains no changes. */
  listed = false;
  readonly pods = new Map<string, Pod>();
}

/** Lists the pods if necessary, then watches once. Yields null for events that change no pod. */
async function* goOn(
  transport: Transport,
  selector: PodSelector,
  state: Known,
): AsyncGenerator<PodChange | null> {
  if (state.version === null) {
    const { pods, resourceVersion } = await listPods(transport, selector);
    const changes = compare(state.pods, pods);
    if (state.listed || selector.fromStart) yield* changes;
    state.listed = true;
    state.version = resourceVersion;
  }
  for await (const { version, change } of watchOnce(transport, selector, state.version)) {
    state.version = version;
    yield change && remember(state.pods, change) ? change : null;
  }
}

/** Waits before the next round, longer after each failure. Returns false if aborted. */
async function pause(
  transport: Transport,
  failures: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { clock, random } = transport.options;
  const grown = Math.min(FIRST_PAUSE * 2 ** Math.max(0, failures - 1), MAX_PAUSE);
  return clock.sleep(grown * (0.5 + random() / 2), signal).then(
    () => true,
    () => false,
  );
}

/**
 * Whether a retry may succeed: the server or its connection failed, but the request was not
 * refused.
 */
function isPassing(error: unknown): boolean {
  return isAdminError(error, 'service') || isAdminError(error, 'timeout');
}

/** Returns the differences between the known pods and a list, and updates `known`. */
function compare(known: Map<string, Pod>, pods: readonly Pod[]): readonly PodChange[] {
  const changes: PodChange[] = [];
  const present = new Map(pods.map((pod) => [pod.name, pod]));
  for (const [name, old] of known) {
    const now = present.get(name);
    if (now?.uid === old.uid) continue;
    changes.push({ type: 'DELETED', pod: old });
    known.delete(name);
  }
  for (const pod of pods) {
    const old = known.get(pod.name);
    if (old?.resourceVersion === pod.resourceVersion) continue;
    changes.push({ type: old ? 'MODIFIED' : 'ADDED', pod });
    known.set(pod.name, pod);
  }
  return changes;
}

/** Updates `known` with a change. Returns false if the change was already known. */
function remember(known: Map<string, Pod>, change: PodChange): boolean {
  const { name, resourceVersion } = change.pod;
  if (change.type === 'DELETED') return known.delete(name);
  if (known.get(name)?.resourceVersion === resourceVersion) return false;
  known.set(name, change.pod);
  return true;
}

/**
 * Watches once. Yields each change with the resource version to resume from; bookmarks have no
 * change.
 */
async function* watchOnce(
  transport: Transport,
  selector: PodSelector,
  version: string,
): AsyncGenerator<{ readonly version: string; readonly change: PodChange | null }> {
  const query = selectorQuery(selector);
  query.set('watch', 'true');
  query.set('allowWatchBookmarks', 'true');
  query.set('resourceVersion', version);
  query.set('timeoutSeconds', String(HELD_SECONDS));
  const action = 'watch pods';
  let response: Awaited<ReturnType<Transport['ask']>>;
  try {
    response = await transport.ask(
      {
        method: 'GET',
        path: `${podsPath(transport.target)}?${query}`,
        bodyTimeout: SILENCE,
        ...(selector.signal ? { signal: selector.signal } : {}),
      },
      { action },
    );
  } catch (error) {
    throw isGone(error) ? new Expired() : error;
  }
  for await (const line of lines(response.body)) {
    const event = readEvent(line);
    if (event.type === 'ERROR') {
      const status = readStatus(event.object);
      if (status?.code === 410) throw new Expired();
      if (status) throw statusFailure(status, 500, { target: transport.target, action });
      throw malformedEvent(line);
    }
    const pod = event.type === 'BOOKMARK' ? null : decodePod(event.object);
    const at = pod?.resourceVersion ?? bookmarkVersion(event.object) ?? version;
    const change = pod && isChange(event.type) ? { type: event.type, pod } : null;
    yield { version: at, change };
  }
}

function isGone(error: unknown): boolean {
  return isAdminError(error) && error.code === 'KUBERNETES_EXPIRED';
}

function isChange(type: string): type is PodChange['type'] {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
}

function readEvent(line: string): { readonly type: string; readonly object: unknown } {
  try {
    const { type, object } = JSON.parse(line);
    return { type: String(type), object };
  } catch {
    throw malformedEvent(line);
  }
}

/**
 * Returns the error for a line that is not an event, such as a truncated one; the watch is retried.
 */
function malformedEvent(line: string): AdminError {
  return new AdminError('service', `Unexpected line in the watch of pods: "${line.slice(0, 80)}"`, {
    code: 'KUBERNETES_ERROR',
    hint: 'Run the command again.',
  });
}

function bookmarkVersion(object: unknown): string | null {
  const version = (object as { metadata?: { resourceVersion?: unknown } }).metadata
    ?.resourceVersion;
  return typeof version === 'string' ? version : null;
}

async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of body) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.trim() !== '') yield part;
  }
  if (rest.trim() !== '') yield rest;
}
