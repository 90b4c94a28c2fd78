import { keepTrying, type Patience } from '../../keep-trying.ts';
import type { DrainSpec, NomadClient } from '../client.ts';
import type { NodeId } from '../model.ts';
import { fitsSpec } from './drain-action.ts';

/**
 * Has Nomad look at a drain anew: ends it, without making the client eligible, and sets it again.
 * Only for a client on which no build is left: a drain that Nomad forgot to end never ends.
 *
 * Nomad's drainer misses the end of a build whose job was purged meanwhile (nomad/drainer/
 * watch_jobs.go, "Ignore purged jobs", 1.0 to 2.0), and setting the same drain again changes nothing.
 *
 * @returns false where the drain has ended by itself, or somebody has changed it
 */
export async function renewDrain(
  nomad: Pick<NomadClient, 'node' | 'cancelDrain' | 'drain'>,
  id: NodeId,
  spec: DrainSpec,
  patience: Patience,
): Promise<boolean> {
  const { signal } = patience;
  const { value: node } = await keepTrying(() => nomad.node(id, { signal }), patience);
  if (!node.drainStrategy || !fitsSpec(node.drainStrategy, spec)) return false;
  const meta = spec.meta ?? node.lastDrain?.meta ?? {};
  const again = Object.keys(meta).length > 0 ? { ...spec, meta } : spec;
  await keepTrying(() => nomad.cancelDrain(id, false, { signal }), patience);
  await keepTrying(() => nomad.drain(id, again, { signal }), patience);
  return true;
}
