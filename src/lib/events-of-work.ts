import { EventQueue } from './event-queue.ts';

/**
 * The events of a piece of work that tells of itself, in the order in which it tells them; they end
 * with it. Where the reader leaves before, the work is aborted and waited for.
 *
 * @param signal aborts the work; the events go on until it has ended
 * @throws what the work throws, after its events
 */
export async function* eventsOfWork<Event>(
  signal: AbortSignal,
  work: (emit: (event: Event) => void, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<Event, void> {
  const queue = new EventQueue<Event>();
  const left = new AbortController();
  const ended = work((event) => queue.push(event), AbortSignal.any([signal, left.signal])).then(
    () => queue.end(),
    (error: unknown) => queue.fail(error),
  );
  try {
    yield* queue;
  } finally {
    left.abort();
    await ended;
  }
}
