import { editDistance } from '../../nearest.ts';
import type { NomadNode } from '../model.ts';

const MAX_SUGGESTIONS = 3;
const MAX_EDITS = 2;
/** Shorter words are similar to almost everything. */
const MIN_LENGTH = 4;

/**
 * Returns the names, ID prefixes or addresses of nodes that are similar to a target, nearest first.
 */
export function nearMisses(target: string, nodes: readonly NomadNode[]): readonly string[] {
  const wanted = target.trim().toLowerCase();
  if (wanted.length < MIN_LENGTH) return [];
  const scored: { readonly text: string; readonly edits: number }[] = [];
  for (const node of nodes) {
    const short = node.name.split('.')[0] ?? node.name;
    const idStart = node.id.slice(0, Math.max(8, wanted.length));
    const candidates: [string, string][] = [
      [node.name, node.name],
      [short, node.name],
      [idStart.slice(0, wanted.length), idStart],
      [node.address ?? '', node.address ?? ''],
    ];
    for (const [near, text] of candidates) {
      const edits = near.toLowerCase().includes(wanted) ? 1 : distance(wanted, near.toLowerCase());
      if (edits <= MAX_EDITS) scored.push({ text, edits });
    }
  }
  const nearest = scored.sort((a, b) => a.edits - b.edits).map(({ text }) => text);
  return [...new Set(nearest)].slice(0, MAX_SUGGESTIONS);
}

/** The edit distance, computed only if the lengths allow a small one. */
function distance(a: string, b: string): number {
  return Math.abs(a.length - b.length) > MAX_EDITS ? MAX_EDITS + 1 : editDistance(a, b);
}
