import type { ServerResponse } from 'node:http';
import { ApiError, badRequest } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import type { ContainerLog } from './container-log.ts';
import type { Kubelet } from './kubelet.ts';
import type { LogLine } from './log-source.ts';
import type { PodObject } from './objects.ts';
import type { ContainerRun } from './pod-run.ts';
import { isTrue } from './request-path.ts';
import { commonHeaders } from './respond.ts';

/**
 * Returns the requested container of a pod, or its only one.
 *
 * @throws ApiError 400
 */
export function chooseContainer(pod: PodObject, requested: string | null): string {
  const names = pod.spec.containers.map(({ name }) => name);
  const { name } = pod.metadata;
  if (requested !== null && requested !== '') {
    if (names.includes(requested)) return requested;
    throw badRequest(`container ${requested} is not valid for pod ${name}`);
  }
  const [only, second] = names;
  if (only === undefined || second !== undefined) {
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`,
    );
  }
  return only;
}

/** Responds to `pods/NAME/log`. */
export function sendLog(
  cluster: Cluster,
  kubelet: Kubelet,
  pod: PodObject,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const name = chooseContainer(pod, query.get('container'));
  const tail = wholeNumber(query, 'tailLines');
  const sinceSeconds = wholeNumber(query, 'sinceSeconds');
  const limit = wholeNumber(query, 'limitBytes');
  const container = kubelet.run(pod)?.containers.find((each) => each.name === name);
  if (pod.spec.nodeName === undefined || !container) {
    // The pod has no node yet, so there is no kubelet to ask.
    response.writeHead(204, commonHeaders()).end();
    return;
  }
  const log = chooseRun(pod, container, isTrue(query, 'previous'));
  // The kubelet writes and compares times by the clock of its node.
  const skew = kubelet.clockSkewMs(pod);
  const since = Math.max(
    sinceSeconds === null ? 0 : cluster.clock.nowMs() - sinceSeconds * 1_000,
    query.get('sinceTime') === null ? 0 : Date.parse(query.get('sinceTime') ?? '') - skew,
  );
  const format = formatter(isTrue(query, 'timestamps'), skew);
  response.writeHead(200, { ...commonHeaders(), 'Content-Type': 'text/plain' });
  const first = log.read();
  const recent = first.lines.filter((line) => line.at >= since);
  const chosen = tail === null ? recent : recent.slice(Math.max(0, recent.length - tail));
  const out = limited(response, limit);
  const open = out(chosen.map(format).join(''));
  if (!open || !isTrue(query, 'follow') || log.closed) {
    response.end();
    return;
  }
  response.flushHeaders();
  follow(log, first.next, (lines) => out(lines.map(format).join('')), response);
}

function chooseRun(pod: PodObject, container: ContainerRun, previous: boolean): ContainerLog {
  const { name } = container;
  const podName = pod.metadata.name;
  const { waiting } = container.state;
  if (previous) {
    const log = waiting && container.last.terminated ? container.log : container.previousLog;
    if (log) return log;
    throw badRequest(`previous terminated container "${name}" in pod "${podName}" not found`);
  }
  if (container.log) return container.log;
  throw badRequest(
    `container "${name}" in pod "${podName}" is waiting to start: ${waiting?.reason ?? 'unknown'}`,
  );
}

function follow(
  log: ContainerLog,
  from: number,
  write: (lines: readonly LogLine[]) => boolean,
  response: ServerResponse,
): void {
  let position = from;
  let open = true;
  const pump = (): void => {
    if (!open) return;
    const { lines, next } = log.read(position);
    position = next;
    if (lines.length > 0) open = write(lines);
    if (log.closed || !open) {
      open = false;
      response.end();
    }
  };
  const stop = log.follow(pump);
  response.once('close', () => {
    open = false;
    stop();
  });
}

function formatter(timestamps: boolean, skew: number): (line: LogLine) => string {
  if (!timestamps) return (line) => `${line.text}\n`;
  return (line) => `${nanoTimestamp(line.at + skew)} ${line.text}\n`;
}

/** Formats a time with nine fractional digits, as the kubelet does. */
function nanoTimestamp(ms: number): string {
  const nanos = Math.round((ms - Math.floor(ms)) * 1e6);
  return `${new Date(ms).toISOString().slice(0, 23)}${String(nanos).padStart(6, '0').slice(0, 6)}Z`;
}

/**
 * Returns a function that writes up to a number of bytes and returns whether more can be written.
 */
function limited(response: ServerResponse, limit: number | null): (text: string) => boolean {
  let left = limit ?? Number.POSITIVE_INFINITY;
  return (text) => {
    const data = Buffer.from(text).subarray(0, left);
    left -= data.length;
    if (data.length > 0) response.write(data);
    return left > 0;
  };
}

function wholeNumber(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  const message = `PodLogOptions "" is invalid: ${name}: Invalid value: ${text}: must be greater than or equal to 0`;
  throw new ApiError(422, 'Invalid', message, { kind: 'PodLogOptions' });
}
