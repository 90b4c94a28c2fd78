import type { LogRequest, NomadClient } from '../client.ts';
import { type LogPosition, StreamPosition } from './stream-position.ts';

const NEWLINE = 0x0a;
const FIRST_WINDOW = 16 * 1024;
const GROWTH = 8;

/** The last lines of a log and their end position. */
export interface LogTail {
  readonly data: Uint8Array;
  /** The end of the log; null if the log is empty or has no positions. */
  readonly end: LogPosition | null;
  /** The size of the whole log in bytes if it was counted, else null. */
  readonly counted: number | null;
}

/**
 * Reads the last `lines` lines of the current log from its end, with windows that grow until they
 * contain enough lines or the whole log.
 *
 * @throws AdminError as {@link NomadClient.logs}
 */
export async function readTail(
  client: Pick<NomadClient, 'logs'>,
  log: Pick<LogRequest, 'allocation' | 'task' | 'stream' | 'signal'>,
  lines: number,
): Promise<LogTail> {
  for (let window = FIRST_WINDOW; ; window *= GROWTH) {
    const pieces: Uint8Array[] = [];
    let length = 0;
    const place = new StreamPosition('unknown');
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
    // Fewer bytes than requested are the whole log. Otherwise the first line may be incomplete.
    if (from > 0 || length < window) {
      return { data: all.subarray(from), end: place.end, counted: null };
    }
  }
}

/**
 * Reads the whole log, counts its bytes and keeps only the last `lines` lines. Used for a log
 * without positions that is then followed from its end.
 *
 * @throws AdminError as {@link NomadClient.logs}
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
 * Returns the offset of the last `lines` lines; 0 if there are not more. A line break at the end of
 * the data does not start another line.
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
