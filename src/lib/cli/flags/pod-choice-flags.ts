import type { PodChoice } from '../../pods/choose-pods.ts';
import { Flags } from '../oclif.ts';

/**
 * The flags that select pods by their properties, named as in kubectl if the meaning is the same.
 */
export const podChoiceFlags = {
  service: Flags.string({
    summary: 'only pods of this service',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    helpGroup: 'select',
  }),
  selector: Flags.string({
    char: 'l',
    summary: 'only pods with these labels',
    helpValue: 'LABELS',
    helpGroup: 'select',
  }),
  'field-selector': Flags.string({
    summary: 'only pods with these fields',
    helpValue: 'FIELDS',
    helpGroup: 'select',
  }),
};

/** Combines the values of {@link podChoiceFlags} with the names from the arguments. */
export function podChoice(
  flags: {
    readonly service?: readonly string[] | undefined;
    readonly selector?: string | undefined;
    readonly 'field-selector'?: string | undefined;
  },
  names: readonly unknown[] = [],
): PodChoice {
  return {
    names: names.map(String),
    services: flags.service ?? [],
    labelSelector: flags.selector,
    fieldSelector: flags['field-selector'],
  };
}
