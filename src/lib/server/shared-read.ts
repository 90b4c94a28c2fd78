/**
 * Makes a read that many may ask for at once: those who ask while one is under way share the one
 * after it, so that nobody gets an answer from before he asked.
 */
export function sharedRead<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= running
      // Whoever shares the failed one hears of it; those of the next one do not.
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        const now = read();
        running = now;
        return now;
      });
    return next;
  };
}
