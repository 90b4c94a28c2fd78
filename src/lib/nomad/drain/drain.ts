import { eventsOfWork } from '../../events-of-work.ts';
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
export function drainNodes(
  nomad: DrainClient,
  clients: readonly ClientName[],
  spec: DrainSpec,
  options: DrainOptions,
): AsyncGenerator<DrainEvent, void> {
  return eventsOfWork(options.signal, (emit, signal) =>
    new DrainRun(nomad, clients, spec, { ...options, signal, emit }).toTheEnd(),
  );
}
