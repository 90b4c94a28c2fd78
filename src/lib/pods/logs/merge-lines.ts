import type { LogLine } from './log-cursor.ts';

/** A line with its source. */
export interface SourcedLine<Source> extends LogLine {
  readonly source: Source;
}

/** The lines of one source, in log order. */
export interface SourcedLines<Source> {
  readonly source: Source;
  readonly batches: AsyncIterable<readonly LogLine[]>;
}

/** The number of lines that are yielded at once. */
const BATCH_SIZE = 1_000;

interface Head<Source> {
  readonly source: Source;
  readonly iterator: AsyncIterator<readonly LogLine[]>;
  lines: readonly LogLine[];
  at: number;
}

/**
 * Merges finite logs by time. At most one batch of each log is held, so memory does not grow with
 * the length of the logs.
 */
export async function* mergeLines<Source>(
  sources: readonly SourcedLines<Source>[],
): AsyncGenerator<readonly SourcedLine<Source>[], void> {
  const heads = sources.map(({ source, batches }): Head<Source> => {
    return { source, iterator: batches[Symbol.asyncIterator](), lines: [], at: 0 };
  });
  try {
    const filled = await Promise.all(heads.map(fill));
    const heap = new Heap(heads.filter((_, at) => filled[at]));
    let out: SourcedLine<Source>[] = [];
    for (let head = heap.top(); head !== undefined; head = heap.top()) {
      const line = head.lines[head.at];
      head.at += 1;
      if (line) out.push({ source: head.source, time: line.time, text: line.text });
      if (head.at < head.lines.length || (await fill(head))) heap.sink();
      else heap.drop();
      if (out.length >= BATCH_SIZE) {
        yield out;
        out = [];
      }
    }
    if (out.length > 0) yield out;
  } finally {
    await Promise.allSettled(heads.map(async ({ iterator }) => iterator.return?.()));
  }
}

/** Sorts lines of several sources by time; the lines of a single source keep their order. */
export function sortLines<Source>(
  batches: readonly { readonly source: Source; readonly lines: readonly LogLine[] }[],
): readonly SourcedLine<Source>[] {
  const all = batches.flatMap(({ source, lines }) =>
    lines.map(({ time, text }) => ({ source, time, text })),
  );
  if (batches.length === 1) return all;
  return all.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

async function fill<Source>(head: Head<Source>): Promise<boolean> {
  for (;;) {
    const { done, value } = await head.iterator.next();
    if (done) return false;
    if (value.length === 0) continue;
    head.lines = value;
    head.at = 0;
    return true;
  }
}

/** A binary heap with the earliest line on top. */
class Heap<Source> {
  readonly #heads: Head<Source>[] = [];

  constructor(heads: readonly Head<Source>[]) {
    this.#heads = [...heads].sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  top(): Head<Source> | undefined {
    return this.#heads[0];
  }

  /** Restores the order after the top has advanced. */
  sink(): void {
    const heads = this.#heads;
    const [moved] = heads;
    if (!moved) return;
    let at = 0;
    for (;;) {
      const left = heads[2 * at + 1];
      const right = heads[2 * at + 2];
      const next = right && left && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
      const child = heads[next];
      if (!child || !isBefore(child, moved)) break;
      heads[at] = child;
      at = next;
    }
    heads[at] = moved;
  }

  /** Removes the top, which has ended. */
  drop(): void {
    const last = this.#heads.pop();
    if (!last || this.#heads.length === 0) return;
    this.#heads[0] = last;
    this.sink();
  }
}

function isBefore<Source>(a: Head<Source>, b: Head<Source>): boolean {
  return (a.lines[a.at]?.time ?? '') < (b.lines[b.at]?.time ?? '');
}
