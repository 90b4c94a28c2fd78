import { eventsOfWork } from '../../events-of-work.ts';
import type { DrainSpec } from '../client.ts';
import type { ClientName, DrainEvent } from './drain-events.ts';
import type { DrainClient, DrainOptions } from './drain-options.ts';
import { DrainRun } from './drain-run.ts';

/**
 * Drains clients. First all clients are made ineligible, so that no build moves from one to the
 * next. Then the drains are set and watched until Nomad reports that each is over and no allocation
 * is live by client status. If run again, it continues from the current state.
 *
 * The last event is the report, even if the signal or the timeout ends the wait. An error of a
 * single client is part of the report; only a bug throws.
 */
export function drainNodes(
  nomad: DrainClient,
  clients: readonly ClientName[],
  spec: DrainSpec,
  options: DrainOptions,
): AsyncGenerator<DrainEvent, void> {
  return eventsOfWork(options.signal, (emit, signal) =>
    new DrainRun(nomad, clients, spec, { ...options, signal, emit }).run(),
  );
}
