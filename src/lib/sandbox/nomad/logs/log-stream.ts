import type { ServerResponse } from 'node:http';
import { ApiError, flag } from '../api-request.ts';
import { requireLink } from '../client-link.ts';
import type { NomadCore } from '../core.ts';
import { closed, write } from '../respond.ts';
import { type Frame, frameJson, LogCursor } from './frames.ts';
import type { LogType } from './log-store.ts';
import type { RotatingLog } from './rotating-log.ts';

/** The interval of the `{}` heartbeats on an idle stream of frames. */
const HEARTBEAT_MS = 1_000;
/** The interval at which a followed file is checked. */
const POLL_MS = 200;

/** A request to `/v1/client/fs/logs`. */
export interface LogRequest {
  readonly allocationId: string;
  readonly params: URLSearchParams;
}

interface LogQuery {
  readonly task: string;
  readonly type: LogType;
  readonly follow: boolean;
  readonly plain: boolean;
  readonly origin: 'start' | 'end';
  readonly offset: number;
}

/**
 * Streams a task's log as client/fs_endpoint.go does: as JSON frames without separators, or as
 * plain bytes. With `follow`, the stream does not end by itself.
 *
 * @throws ApiError before the first byte
 */
export async function streamLog(
  core: NomadCore,
  request: LogRequest,
  response: ServerResponse,
): Promise<void> {
  const query = readQuery(request);
  const open = openLog(core, request.allocationId, query);
  const log = open();
  const cursor = new LogCursor(log, query, query.origin, query.offset);
  const contentType = query.plain ? 'text/plain' : 'application/json';
  response.writeHead(200, { 'Content-Type': contentType });
  response.flushHeaders();
  const breakText = core.logs.takeBreak(request.allocationId);
  const gone = closed(response);
  let spokeAt = core.context.clock.nowMs();
  while (!gone.aborted) {
    open();
    let frame = cursor.next();
    while (frame !== null && !gone.aborted) {
      await write(response, query.plain ? plainOf(frame) : frameJson(frame), gone);
      spokeAt = core.context.clock.nowMs();
      frame = cursor.next();
    }
    if (breakText !== null) response.write(breakText);
    if (!query.follow || breakText !== null) break;
    if (!query.plain && core.context.clock.nowMs() - spokeAt >= HEARTBEAT_MS) {
      await write(response, '{}', gone);
      spokeAt = core.context.clock.nowMs();
    }
    await change(core, log, gone);
  }
  response.end();
}

function readQuery({ allocationId, params }: LogRequest): LogQuery {
  if (allocationId === '') throw new ApiError(400, 'must provide a valid alloc id');
  const task = params.get('task') ?? '';
  if (task === '') throw new ApiError(400, 'must provide task name');
  const type = params.get('type');
  if (type !== 'stdout' && type !== 'stderr') {
    throw new ApiError(400, 'must provide log type (stdout/stderr)');
  }
  const origin = params.get('origin') || 'start';
  if (origin !== 'start' && origin !== 'end') {
    throw new ApiError(400, 'origin must be start or end');
  }
  const offsetText = params.get('offset') || '0';
  if (!/^-?\d+$/.test(offsetText)) {
    throw new ApiError(
      400,
      `error parsing offset: strconv.ParseInt: parsing "${offsetText}": invalid syntax`,
    );
  }
  const offset = Number(offsetText);
  const follow = flag(params, 'follow');
  return { task, type, follow, plain: flag(params, 'plain'), origin, offset };
}

/**
 * Finds a log. Each call of the returned function generates the log up to the current time. Errors
 * have the content type of the stream.
 */
function openLog(core: NomadCore, id: string, query: LogQuery): () => RotatingLog {
  const fail = (status: number, text: string): ApiError =>
    new ApiError(status, text, query.plain ? 'text/plain' : 'application/json');
  const allocation = core.state.allocations.get(id);
  if (allocation === undefined) throw fail(404, `Unknown allocation "${id}"`);
  requireLink(core.state.nodes.get(allocation.nodeId));
  if (!allocation.group.tasks.some((task) => task.name === query.task)) {
    throw fail(400, `unknown task name "${query.task}"`);
  }
  const task = allocation.tasks?.find(({ name }) => name === query.task);
  if (task === undefined || task.state === 'pending') {
    throw fail(404, `task "${query.task}" not started yet. No logs available`);
  }
  if (core.logs.isCollected(id)) {
    const directory = `/opt/nomad/client/alloc/${id}/alloc/logs`;
    throw fail(500, `failed to list entries: open ${directory}: no such file or directory`);
  }
  return () => {
    const latest = allocation.tasks?.find(({ name }) => name === query.task) ?? task;
    return core.logs.open(allocation, latest, query.type);
  };
}

function plainOf(frame: Frame): Buffer {
  return frame.data ?? Buffer.alloc(0);
}

/** Resolves when the log has changed, after the check interval, or when the client disconnects. */
function change(core: NomadCore, log: RotatingLog, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      stop();
      gone.removeEventListener('abort', done);
      resolve();
    };
    const timer = core.agenda.in(POLL_MS, done);
    const stop = log.onChange(done);
    gone.addEventListener('abort', done, { once: true });
  });
}
