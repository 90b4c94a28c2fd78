import { AdminError } from '../../errors.ts';
import type { NomadNode } from '../model.ts';
import { type ClientChange, clientChange } from './client-change.ts';

/**
 * Returns whether the flags of `eligibility` make clients eligible.
 *
 * @throws AdminError of kind `usage`, code CONFLICTING_FLAGS, unless exactly one is given
 */
export function eligibilityRequest(flags: {
  readonly enable?: boolean;
  readonly disable?: boolean;
}): boolean {
  const enable = flags.enable ?? false;
  if (enable !== (flags.disable ?? false)) return enable;
  throw new AdminError('usage', 'Give either --enable or --disable', {
    code: 'CONFLICTING_FLAGS',
    hint: 'See: circleci-admin nomad eligibility --help',
  });
}

/**
 * Plans what `eligibility --enable` or `--disable` does with each client. Running builds are not
 * affected.
 *
 * @throws AdminError of kind `validation`, code CLIENT_IS_DRAINING: Nomad does not make a draining
 *   client eligible (node_endpoint.go)
 */
export function planEligibility(
  nodes: readonly NomadNode[],
  eligible: boolean,
): readonly ClientChange[] {
  const draining = nodes.filter((node) => node.draining);
  if (eligible && draining.length > 0) {
    const names = draining.map((node) => node.name).join(', ');
    throw new AdminError('validation', `A draining client cannot be made eligible: ${names}`, {
      code: 'CLIENT_IS_DRAINING',
      hint: `Cancel the drain first: circleci-admin nomad drain --disable ${draining.map((node) => node.id).join(' ')}`,
    });
  }
  return nodes.map((node) => {
    if (node.eligible === eligible) return clientChange(node, 'nothing', eligible);
    return clientChange(node, eligible ? 'make-eligible' : 'make-ineligible', eligible);
  });
}

/**
 * Returns a warning if a change leaves no client that accepts builds.
 *
 * @param taking the clients of the whole fleet that accept builds now
 */
export function eligibilityWarnings(
  changes: readonly ClientChange[],
  taking: readonly NomadNode[],
): readonly string[] {
  const closed = new Set(
    changes.filter((change) => change.action === 'make-ineligible').map((change) => change.id),
  );
  const left = taking.filter((node) => !closed.has(node.id));
  if (taking.length === 0 || left.length > 0) return [];
  return ['No other client accepts builds: new builds will stay queued until one does.'];
}
