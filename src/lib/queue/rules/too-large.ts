import type { Rule } from '../finding.ts';
import { pendingJobs } from './families/pending-jobs.ts';

/** A build requests more than any client has, even when empty. */
export const tooLarge: Rule = {
  code: 'CQ0602',
  name: 'a build is too large for any client',
  explains: [],
  judge: (facts) =>
    pendingJobs(facts, {
      code: 'CQ0602',
      kinds: ['too-large'],
      follows: false,
      title: (count) => `${count} too large for any client`,
      remedy: (job) => ({
        text: 'More clients of this size do not help: add larger ones, or use a smaller resource class for the build.',
        commands: [
          `circleci-admin nomad status ${job}`,
          'circleci-admin nomad node-status --output wide',
        ],
      }),
    }),
};
