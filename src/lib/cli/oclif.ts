import { custom } from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import type { Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import { formatDuration, parseDuration } from '../units.ts';

/** Argument types. They are never read from standard input, because piped input is not a name. */
export const Args = {
  string: custom<string>({ ignoreStdin: true, parse: async (text) => text }),
};

export { Command, Flags };

/** A flag for a duration such as `90s`, `15m` or `1h30m`; its value is in milliseconds. */
export const durationFlag = Flags.custom<Milliseconds, { readonly min?: Milliseconds }>({
  parse: async (text, _context, { min = 0 }) => {
    const duration = parseDuration(text);
    if (duration >= min) return duration;
    throw new AdminError('usage', `${text} is less than ${formatDuration(min)}`, {
      code: 'BAD_DURATION',
      hint: `Give at least ${formatDuration(min)}.`,
    });
  },
  helpValue: 'DURATION',
});
