import type { PodChoice } from '../../pods/choose-pods.ts';
import { Flags } from '../oclif.ts';

/** Flags that choose pods by what they are; kubectl's names where the meaning is the same. */
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

/** What the flags of {@link podChoiceFlags} say, with names from the arguments. */
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
