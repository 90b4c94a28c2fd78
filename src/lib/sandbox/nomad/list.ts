import { type Answer, ApiError, type ApiRequest, found } from './api-request.ts';
import { parseFilter } from './filter.ts';
import { ListCache } from './list-cache.ts';
import type { Dialect } from './version.ts';
import type { WireObject } from './wire/encode.ts';

/**
 * Returns a list, with filter and pagination from Nomad 1.3 on; older releases return all records.
 */
export function listAnswer<T extends { readonly id: string; readonly modifyIndex: number }>(
  request: ApiRequest,
  dialect: Dialect,
  list: {
    readonly index: number;
    readonly records: readonly T[];
    /** The number of records before `prefix` and other selections. */
    readonly total?: number;
    /** The object that a filter is evaluated on. */
    readonly object: (record: T) => WireObject;
    readonly json: (record: T) => string;
    /** Whether the records belong to no namespace, as nodes do. */
    readonly global?: boolean;
    /** Caches the JSON of the records; used for complete lists only. */
    readonly cache?: { readonly cache: ListCache; readonly list: string; readonly form: string };
  },
): Answer {
  const namespace = request.params.get('namespace') ?? 'default';
  if (!list.global && !['default', '*', ''].includes(namespace))
    return found(list.index, () => '[]');
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
  // Only complete lists are cached, because a part would replace the cached whole.
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
