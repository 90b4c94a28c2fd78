import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import type { Milliseconds } from '../clock.ts';
import { parseDuration } from '../units.ts';

export { Args, Command, Flags };

/** A flag that takes a duration such as `90s`, `15m` or `1h30m`; its value is milliseconds. */
export const durationFlag = Flags.custom<Milliseconds>({
  parse: async (text) => parseDuration(text),
  helpValue: 'DURATION',
});
