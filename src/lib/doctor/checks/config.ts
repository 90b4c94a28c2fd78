import { type Check, failed, notConfigured, ok, warning } from '../check.ts';
import type { DoctorContext } from '../context.ts';

/** CA0101: the config file can be read and is valid. */
export const configValid: Check<Pick<DoctorContext, 'config'>> = {
  code: 'CA0101',
  category: 'configuration',
  name: 'the config file is valid',
  async run({ config }) {
    const { exists, findings } = await config.validate();
    if (!exists) {
      const hint = 'To create one: circleci-admin init';
      return notConfigured(`${config.path} does not exist`, hint);
    }
    const [first] = findings;
    if (!first) return ok(config.path);
    const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
    return failed(
      `${config.path}:${first.line}:${first.column}: ${first.message}${more}`,
      'To see all errors: circleci-admin config validate',
    );
  },
};

/** CA0102: only the owner can write and read the config file. */
export const configMode: Check<Pick<DoctorContext, 'config'>> = {
  code: 'CA0102',
  category: 'configuration',
  name: 'only the owner can read the config file',
  async run({ config }) {
    const mode = await config.mode();
    if (mode === null) return notConfigured('the file does not exist, or it has no mode');
    const shown = `its mode is ${(mode & 0o777).toString(8).padStart(4, '0')}`;
    const hint = `Run: chmod 600 ${config.path}`;
    // Whoever can write the file can have any command executed, as tokenCommand.
    if ((mode & 0o022) !== 0) return failed(`${shown}: others can write it`, hint);
    if ((mode & 0o044) !== 0) return warning(`${shown}: others can read it`, hint);
    return ok(shown);
  },
};

/** CA0103: the selected profile exists, and no environment variable points elsewhere. */
export const profileFound: Check<Pick<DoctorContext, 'settings'>> = {
  code: 'CA0103',
  category: 'configuration',
  name: 'the installation is known',
  unlessFailed: ['CA0101'],
  async run({ settings }) {
    const { profile, conflicts, withheld } = await settings();
    if (profile === null) {
      return ok('no profile is in use: settings come from flags and the environment');
    }
    const [first] = [...conflicts, ...withheld];
    if (first === undefined) return ok(profile);
    const hint = 'Changes are refused until you unset the variable, or choose its own profile.';
    return warning(`${profile}, but ${[...conflicts, ...withheld].join('; ')}`, hint);
  },
};
