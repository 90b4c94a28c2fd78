/** A page of a list, and its `Link` header to other pages. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Undefined if there is only one page. */
  readonly link: string | undefined;
}

const DEFAULT_SIZE = 30;
const MAX_SIZE = 100;

/**
 * Returns a page of a list like GitHub: 30 items by default, at most 100.
 *
 * @param address the URL of the list without a query; GitHub's links refer to organisations by
 *   number
 */
export function pageOf<T>(list: readonly T[], query: URLSearchParams, address: string): Page<T> {
  const size = Math.min(wholeNumber(query.get('per_page'), DEFAULT_SIZE), MAX_SIZE);
  const page = wholeNumber(query.get('page'), 1);
  const last = Math.max(1, Math.ceil(list.length / size));
  const items = list.slice((page - 1) * size, page * size);
  const to = (number: number, rel: string): string => {
    const parameters = new URLSearchParams(query);
    parameters.set('page', String(number));
    return `<${address}?${parameters}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(Math.min(page - 1, last), 'prev')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
    ...(page > 1 ? [to(1, 'first')] : []),
  ];
  return { items, link: links.length === 0 ? undefined : links.join(', ') };
}

function wholeNumber(text: string | null, otherwise: number): number {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : otherwise;
}
