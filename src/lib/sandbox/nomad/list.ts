import { type Answer, ApiError, type ApiRequest, found } from './api-request.ts';
import { parseFilter } from './filter.ts';
import { ListCache } from './list-cache.ts';
import type { Dialect } from './version.ts';
import type { WireObject } from './wire/encode.ts';

/** One page of a list: filtered and cut, from Nomad 1.3 on; older releases send everything. */
export function listAnswer<T extends { readonly id: string; readonly modifyIndex: number }>(
  request: ApiRequest,
  dialect: Dialect,
  list: {
    readonly index: number;
    readonly records: readonly T[];
    /** How many there are without any selection. */
    readonly total?: number;
    /** What a filter looks at. */
    readonly object: (record: T) => WireObject;
    readonly json: (record: T) => string;
    /** Keeps what was printed, where the whole list is sent. */
    readonly cache?: { readonly cache: ListCache; readonly list: string; readonly form: string };
  },
): Answer {
  const namespace = request.params.get('namespace') ?? 'default';
  if (!['default', '*', ''].includes(namespace)) return found(list.index, () => '[]');
  let records = list.records;
  const headers: Record<string, string> = {};
  if (dialect.since('1.3')) {
    const filter = request.params.get('filter');
    if (filter !== null && filter !== '') {
      const matches = parseFilter(filter);
      records = records.filter((record) => matches(list.object(record)));
    }
    const page = pageOf(request.params, records);
    records = page.records;
    if (page.next !== null) headers['X-Nomad-NextToken'] = page.next;
  }
  const shown = records;
  // Only whole lists are kept: a part would push them out.
  const kept = shown.length === list.total ? list.cache : undefined;
  const { cache, ...key } = kept ?? { cache: new ListCache(), list: '', form: '' };
  return { ...found(list.index, () => jsonArray(cache.print(key, shown, list.json))), headers };
}

function pageOf<T extends { readonly id: string }>(
  params: URLSearchParams,
  records: readonly T[],
): { readonly records: readonly T[]; readonly next: string | null } {
  const text = params.get('per_page');
  const size = text === null || text === '' ? 0 : Number(text);
  if (!Number.isInteger(size) || size < 0) {
    throw new ApiError(400, `strconv.ParseInt: parsing "${text}": invalid syntax`);
  }
  const token = params.get('next_token') ?? '';
  const from = token === '' ? records : records.filter((record) => record.id >= token);
  if (size === 0 || from.length <= size) return { records: from, next: null };
  return { records: from.slice(0, size), next: from[size]?.id ?? null };
}

const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');

function* jsonArray(elements: Iterable<Buffer>): Iterable<Buffer> {
  yield OPEN;
  yield* elements;
  yield CLOSE;
}
