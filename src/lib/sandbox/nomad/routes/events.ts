import { ApiError } from '../api-request.ts';
import type { NomadCore } from '../core.ts';
import type { EventBuffer } from '../event-stream.ts';
import { closed } from '../respond.ts';
import type { Route } from './route.ts';

const HEARTBEAT_MS = 30_000;

/** `/v1/event/stream` (command/agent/event_endpoint.go), from Nomad 1.0 on. */
export function eventRoutes(core: NomadCore, buffer: EventBuffer): readonly Route[] {
  if (!core.dialect.since('1.0')) return [];
  return [
    {
      kind: 'stream',
      pattern: /^\/v1\/event\/stream$/,
      serve: (request, response) => {
        const topics = readTopics(request.params);
        const text = request.params.get('index') || '0';
        if (!/^-?\d+$/.test(text)) {
          throw new ApiError(
            400,
            `Unable to parse index: strconv.ParseInt: parsing "${text}": invalid syntax`,
          );
        }
        const gone = closed(response);
        response.writeHead(200, {
          'Content-Type': 'application/json',
          'Cache-Control': 'no-cache',
        });
        if (sendsHeadersAtOnce(core)) response.flushHeaders();
        const stop = buffer.subscribe(topics, Number(text), (line) => response.write(line));
        const beat = (): void => {
          if (gone.aborted) return;
          response.write('{}\n');
          core.agenda.in(HEARTBEAT_MS, beat);
        };
        core.agenda.in(HEARTBEAT_MS, beat);
        return new Promise<void>((resolve) => {
          gone.addEventListener('abort', () => {
            stop();
            resolve();
          });
        });
      },
    },
  ];
}

/** Before 1.0.7 and 1.1.1, the headers were sent with the first event. */
function sendsHeadersAtOnce(core: NomadCore): boolean {
  const { since } = core.dialect;
  return since('1.1.0') ? since('1.1.1') : since('1.0.7');
}

function readTopics(params: URLSearchParams): ReadonlyMap<string, readonly string[]> {
  const topics = new Map<string, string[]>();
  for (const text of params.getAll('topic')) {
    const [topic, key = '*', ...rest] = text.split(':');
    if (rest.length > 0 || topic === undefined) {
      throw new ApiError(
        400,
        `Invalid topic query: Invalid key value pair for topic, topic: ${text}`,
      );
    }
    topics.set(topic, [...(topics.get(topic) ?? []), key]);
  }
  return topics.size === 0 ? new Map([['*', ['*']]]) : topics;
}
