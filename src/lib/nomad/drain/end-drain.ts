import type { NomadNode } from '../model.ts';
import { type ClientChange, clientChange } from './client-change.ts';

/**
 * What `drain --disable` does with each client. As Nomad's own `-disable` does, it makes a client
 * eligible again, one that is not draining (any more) too, unless `keepIneligible`.
 */
export function planEndDrain(
  nodes: readonly NomadNode[],
  options: { readonly keepIneligible: boolean },
): readonly ClientChange[] {
  const eligibleThen = !options.keepIneligible;
  return nodes.map((node) => {
    if (node.draining) return clientChange(node, 'end-drain', eligibleThen);
    if (node.eligible || options.keepIneligible) {
      return clientChange(node, 'nothing', node.eligible);
    }
    return clientChange(node, 'make-eligible', true);
  });
}
