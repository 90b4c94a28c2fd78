import { custom } from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import type { Milliseconds } from '../clock.ts';
import { parseDuration } from '../units.ts';

/** Arguments. They are never taken from standard input: what a script is piped is not a name. */
export const Args = {
  string: custom<string>({ ignoreStdin: true, parse: async (text) => text }),
};

export { Command, Flags };

/** A flag that takes a duration such as `90s`, `15m` or `1h30m`; its value is milliseconds. */
export const durationFlag = Flags.custom<Milliseconds>({
  parse: async (text) => parseDuration(text),
  helpValue: 'DURATION',
});
