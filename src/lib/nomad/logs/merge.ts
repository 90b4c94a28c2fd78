/**
 * Takes from several iterations at once, in the order in which they have something. No more than
 * one item of each is held back, so a slow reader slows them all. Ends with the last one; the first
 * error ends all.
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
      // What is still under way belongs to nobody any more; the caller's signal ends it.
      pending.catch(() => undefined);
      void iterator.return?.()?.catch(() => undefined);
    }
  }
}
