import { type NodeSelector, STATUS_SELECTORS } from '../../nomad/nodes/select-nodes.ts';
import { Flags } from '../oclif.ts';

/** The flags that select Nomad clients by their properties. */
export const clientSelectorFlags = {
  status: Flags.option({
    summary: 'only clients in this state',
    options: STATUS_SELECTORS,
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    helpGroup: 'select',
  })(),
  idle: Flags.boolean({ summary: 'only clients without a build', helpGroup: 'select' }),
  class: Flags.string({
    summary: 'only clients of this class',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'select',
  }),
  name: Flags.string({
    summary: 'only clients whose name matches (* and ?)',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'select',
  }),
  'nomad-version': Flags.string({
    summary: 'only clients with this version of Nomad',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'select',
  }),
};

/** Converts the values of {@link clientSelectorFlags} to a selector. */
export function clientSelector(flags: {
  readonly status?: NodeSelector['status'];
  readonly idle: boolean;
  readonly class?: readonly string[];
  readonly name?: readonly string[];
  readonly 'nomad-version'?: readonly string[];
}): NodeSelector {
  return {
    idle: flags.idle,
    ...(flags.status ? { status: flags.status } : {}),
    ...(flags.class ? { nodeClass: flags.class } : {}),
    ...(flags.name ? { name: flags.name } : {}),
    ...(flags['nomad-version'] ? { nomadVersion: flags['nomad-version'] } : {}),
  };
}
