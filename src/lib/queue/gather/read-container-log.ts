import type { Milliseconds } from '../../clock.ts';
import type { KubernetesClient, PodLogRequest } from '../../kubernetes/client.ts';
import { saysLogIsGone } from '../../kubernetes/kubelet-message.ts';
import type { Masker } from '../../masking.ts';
import { LineRedactor } from '../../redact-line.ts';
import type { LogLine, ReadLog } from '../snapshot/snapshot.ts';
import type { RequestContext } from './service-time-limit.ts';

/** The log to read, and how far back. */
export interface ContainerLogRequest {
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  readonly startedAt: Date | null;
  readonly windowMs: Milliseconds;
  readonly freshMs: Milliseconds;
}

/** The operations guide's `--tail=10000`; fewer lines if those exceed the byte limit. */
const TAILS: readonly number[] = [10_000, 2_000, 400];
const LIMIT_BYTES = 16 * 1024 * 1024;
/** Enough for the first of the fresh lines. */
const FIRST_LINE_BYTES = 16 * 1024;
/** The kubelet splits longer lines; the remainder is not needed. */
const MAX_LINE = 16 * 1024;

const TIME =
  /^(?<seconds>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?<fraction>\d{1,9}))?(?<zone>Z|[+-]\d\d:\d\d)$/;

/**
 * Reads a container's log within the window, and counts the fresh lines. The range is requested in
 * seconds before now, so that the node applies its own clock.
 *
 * @throws AdminError as the KubernetesClient's `podLogs`
 */
export async function readContainerLog(
  client: Pick<KubernetesClient, 'podLogs'>,
  request: ContainerLogRequest,
  masker: Masker,
  context: RequestContext,
): Promise<ReadLog> {
  const { pod, container, previous, startedAt } = request;
  const which = { pod, container, previous, timestamps: true, signal: context.signal };
  const since = { ...which, sinceSeconds: seconds(request.windowMs) };
  let read: ReadPart = { lines: [], cut: false, full: false };
  for (const tailLines of TAILS) {
    read = await readPart(client, { ...since, tailLines }, masker, context);
    // At the byte limit the newest lines are missing, so fewer lines are requested.
    if (!read.full) break;
  }
  const fresh = await readPart(
    client,
    { ...which, sinceSeconds: seconds(request.freshMs), limitBytes: FIRST_LINE_BYTES },
    masker,
    context,
  );
  const [first] = fresh.lines;
  return {
    lines: read.lines,
    cut: read.cut,
    fresh: first ? countFrom(read.lines, first.time) : 0,
    startedAt,
  };
}

interface ReadPart {
  readonly lines: readonly LogLine[];
  /** Whether the requested number of lines was returned, so that there may be more. */
  readonly cut: boolean;
  /** Whether the byte limit was reached. */
  readonly full: boolean;
}

async function readPart(
  client: Pick<KubernetesClient, 'podLogs'>,
  request: PodLogRequest,
  masker: Masker,
  { onProgress }: RequestContext,
): Promise<ReadPart> {
  const limitBytes = request.limitBytes ?? LIMIT_BYTES;
  const redactor = new LineRedactor(masker);
  const lines: LogLine[] = [];
  let last = '';
  const take = (sent: string): void => {
    if (saysLogIsGone(sent)) return;
    const line = parseLine(sent, last);
    last = line.time;
    lines.push({ time: line.time, text: redactor.redact(line.text) });
  };
  const decoder = new TextDecoder();
  let rest = '';
  let bytes = 0;
  for await (const chunk of client.podLogs({ ...request, limitBytes })) {
    onProgress();
    bytes += chunk.length;
    const sent = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = sent.pop() ?? '';
    for (const line of sent) take(line);
  }
  if (rest !== '') take(rest);
  const { tailLines } = request;
  return {
    lines,
    cut: tailLines !== undefined && lines.length >= tailLines,
    full: bytes >= limitBytes,
  };
}

/**
 * Parses a line of the kubelet, which starts with a timestamp. A line without one continues a split
 * line and gets the previous time.
 */
function parseLine(sent: string, last: string): LogLine {
  const text = sent.endsWith('\r') ? sent.slice(0, -1) : sent;
  const space = text.indexOf(' ');
  const time = normalTime(space === -1 ? text : text.slice(0, space));
  const rest = time === null ? text : space === -1 ? '' : text.slice(space + 1);
  return {
    time: time ?? last,
    text: rest.length > MAX_LINE ? rest.slice(0, MAX_LINE) : rest,
  };
}

/**
 * Converts RFC 3339 to UTC with nine fractional digits, so that strings sort by time; null for
 * anything else.
 */
function normalTime(text: string): string | null {
  const groups = TIME.exec(text)?.groups;
  if (!groups) return null;
  const { seconds: begin = '', fraction = '', zone = '' } = groups;
  const utc =
    zone === 'Z' ? begin : new Date(`${begin}${zone}`).toISOString().slice(0, begin.length);
  return `${utc}.${fraction.padEnd(9, '0')}Z`;
}

/** Counts the lines after the last one that is older than a time. */
function countFrom(lines: readonly LogLine[], time: string): number {
  const at = lines.findLastIndex((line) => line.time < time);
  return lines.length - at - 1;
}

function seconds(ms: Milliseconds): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
