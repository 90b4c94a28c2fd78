/**
 * Merges several iterables, in the order in which their items arrive. At most one item of each is
 * buffered, so a slow consumer slows down all of them. Ends with the last iterable, or with the
 * first error.
 */
export async function* merge<Item>(
  sources: readonly AsyncIterable<Item>[],
): AsyncGenerator<Item, void> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const next = async (iterator: AsyncIterator<Item>) => ({
    iterator,
    result: await iterator.next(),
  });
  const waiting = new Map(iterators.map((iterator) => [iterator, next(iterator)]));
  try {
    while (waiting.size > 0) {
      const { iterator, result } = await Promise.race(waiting.values());
      if (result.done) {
        waiting.delete(iterator);
        continue;
      }
      waiting.set(iterator, next(iterator));
      yield result.value;
    }
  } finally {
    for (const [iterator, pending] of waiting) {
      // The consumer no longer awaits pending items; the caller's signal ends them.
      pending.catch(() => undefined);
      void iterator.return?.()?.catch(() => undefined);
    }
  }
}
