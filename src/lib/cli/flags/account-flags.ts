import { durationFlag, Flags } from '../oclif.ts';

/** The flag for the path of the undo file of a change of accounts. */
export const undoFlags = {
  'undo-file': Flags.string({
    summary: 'undo file to write (default: in the data directory)',
    helpValue: 'PATH',
  }),
};

/** The flag for a file of logins. */
export const fromFlags = {
  from: Flags.string({
    summary: 'file with one login per line; - for standard input',
    helpValue: 'FILE',
    helpGroup: 'select',
  }),
};

/** The flags for accounts that a selection without names skips. */
export const exclusionFlags = {
  keep: Flags.string({
    summary: 'skip logins that match (* and ?)',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    helpGroup: 'select',
  }),
  'include-admins': Flags.boolean({ summary: 'include administrators', helpGroup: 'select' }),
  'include-machine-users': Flags.boolean({
    summary: 'include logins such as *-bot and ci-*',
    helpGroup: 'select',
  }),
};

/** A flag that selects accounts by their time of inactivity. */
export const inactiveFlag = durationFlag({
  summary: 'accounts without sign-in or build for this time',
  helpGroup: 'select',
});
