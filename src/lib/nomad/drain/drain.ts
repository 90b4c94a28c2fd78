import { EventQueue } from '../../event-queue.ts';
import type { DrainSpec } from '../client.ts';
import type { ClientName, DrainEvent } from './drain-events.ts';
import type { DrainClient, DrainOptions } from './drain-options.ts';
import { DrainRun } from './drain-run.ts';

/**
 * Drains clients: first all of them are made ineligible, so that no build moves from one to
 * the next; then the drains are set; then what holds each is watched, until Nomad says that the
 * drain is over and nothing is live there by client status. Run again, it goes on where it stands.
 *
 * The last event is the report, also when the signal or the timeout ends the watching. What goes
 * wrong with a client is told in it; only a bug throws.
 */
export async function* drainNodes(
  nomad: DrainClient,
  clients: readonly ClientName[],
  spec: DrainSpec,
  options: DrainOptions,
): AsyncGenerator<DrainEvent, void> {
  const queue = new EventQueue<DrainEvent>();
  const left = new AbortController();
  const run = new DrainRun(nomad, clients, spec, {
    ...options,
    signal: AbortSignal.any([options.signal, left.signal]),
    emit: (event) => queue.push(event),
  });
  const work = run.toTheEnd().then(
    () => queue.end(),
    (error: unknown) => queue.fail(error),
  );
  try {
    yield* queue;
  } finally {
    left.abort();
    await work;
  }
}
