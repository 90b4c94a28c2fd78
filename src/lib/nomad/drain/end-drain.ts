import type { NomadNode } from '../model.ts';
import { type ClientChange, clientChange } from './client-change.ts';

/**
 * Plans what `drain --disable` does with each client. Like Nomad's own `-disable`, it makes a
 * client eligible again, even one that is not draining, unless `keepIneligible` is set.
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
