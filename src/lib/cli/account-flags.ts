import { durationFlag, Flags } from './oclif.ts';

/** Where the undo file of a change of accounts goes. */
export const undoFlags = {
  'undo-file': Flags.string({
    summary: 'write here how it was (default: in the data directory)',
    helpValue: 'PATH',
  }),
};

/** A file of logins. */
export const fromFlags = {
  from: Flags.string({
    summary: 'a file with a login on each line; - for standard input',
    helpValue: 'FILE',
    helpGroup: 'select',
  }),
};

/** Whom a selection that names nobody leaves alone. */
export const exclusionFlags = {
  keep: Flags.string({
    summary: 'never such logins (* and ?)',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    helpGroup: 'select',
  }),
  'include-admins': Flags.boolean({ summary: 'administrators too', helpGroup: 'select' }),
  'include-machine-users': Flags.boolean({
    summary: 'logins such as *-bot and ci-* too',
    helpGroup: 'select',
  }),
};

/** Accounts by what their people did not do. */
export const inactiveFlag = durationFlag({
  summary: 'who neither signed in nor built for so long',
  helpGroup: 'select',
});
