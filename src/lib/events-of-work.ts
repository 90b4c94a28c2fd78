import { EventQueue } from './event-queue.ts';

/**
 * Runs `work` and yields the events that it emits, in order, until it settles. If the consumer
 * stops early, the work is aborted and awaited.
 *
 * @param signal aborts the work; events are still yielded until the work has settled
 * @throws the error of the work, after its events
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
