/**
 * Creates a read that concurrent callers share. Callers who arrive during a read share the next
 * one, so that nobody gets data from before their call.
 */
export function sharedRead<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= running
      // The callers of the failed read get its error; the callers of the next read do not.
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
