import type { LogRequest, NomadClient } from '../client.ts';
import { type LogPosition, StreamPlace } from './stream-place.ts';

const NEWLINE = 0x0a;
const FIRST_WINDOW = 16 * 1024;
const GROWTH = 8;

/** The last lines of a log, and where they end. */
export interface LogTail {
  readonly data: Uint8Array;
  /** Where the log ends; null for an empty one, and where positions are not known. */
  readonly end: LogPosition | null;
  /** Bytes of the whole log, where they were counted. */
  readonly counted: number | null;
}

/**
 * Reads the last `lines` lines of a log as it stands: from its end, with windows that grow until
 * they hold enough lines or the whole log.
 *
 * @throws AdminError as {@link NomadClient.logs} does
 */
export async function readTail(
  client: Pick<NomadClient, 'logs'>,
  log: Pick<LogRequest, 'allocation' | 'task' | 'stream' | 'signal'>,
  lines: number,
): Promise<LogTail> {
  for (let window = FIRST_WINDOW; ; window *= GROWTH) {
    const pieces: Uint8Array[] = [];
    let length = 0;
    const place = new StreamPlace('unknown');
    for await (const chunk of client.logs({
      ...log,
      follow: false,
      origin: 'end',
      offset: window,
    })) {
      pieces.push(chunk.data);
      length += chunk.data.length;
      place.take(chunk);
    }
    const all = Buffer.concat(pieces);
    const from = lastLinesStart(all, lines);
    // Less than was asked for: the whole log. Else the first line may be half a line.
    if (from > 0 || length < window) {
      return { data: all.subarray(from), end: place.end, counted: null };
    }
  }
}

/**
 * Reads the whole log, keeping only its last `lines` lines and counting its bytes: for a log that
 * comes without positions and is to be followed from its end.
 *
 * @throws AdminError as {@link NomadClient.logs} does
 */
export async function countTail(
  client: Pick<NomadClient, 'logs'>,
  log: Pick<LogRequest, 'allocation' | 'task' | 'stream' | 'signal'>,
  lines: number,
): Promise<LogTail> {
  let kept: Uint8Array = new Uint8Array();
  let counted = 0;
  for await (const chunk of client.logs({ ...log, follow: false, origin: 'start', offset: 0 })) {
    counted += chunk.data.length;
    const all = Buffer.concat([kept, chunk.data]);
    kept = all.subarray(lastLinesStart(all, lines));
  }
  return { data: kept, end: null, counted };
}

/**
 * Where the last `lines` lines begin; 0 when there are no more than that. A line's end at the very
 * end does not count: it begins no line.
 */
function lastLinesStart(data: Uint8Array, lines: number): number {
  if (lines === 0) return data.length;
  let at = data.length - 1;
  for (let seen = 0; seen < lines; seen += 1) {
    if (at <= 0) return 0;
    at = data.lastIndexOf(NEWLINE, at - 1);
    if (at === -1) return 0;
  }
  return at + 1;
}
