import { custom } from '@oclif/core/flags';
import type { Milliseconds } from '../clock.ts';
import { parseDuration } from '../units.ts';

export * as Args from '@oclif/core/args';
export { Command } from '@oclif/core/command';
export * as Flags from '@oclif/core/flags';

/** A flag that takes a duration such as `90s`, `15m` or `1h30m`; its value is milliseconds. */
export const durationFlag = custom<Milliseconds>({
  parse: async (text) => parseDuration(text),
  helpValue: 'DURATION',
});
