import type { Rule } from '../finding.ts';
import { pendingJobs } from './families/pending-jobs.ts';

/** A build has a constraint that no client meets. */
export const constraintUnmet: Rule = {
  code: 'CQ0603',
  name: 'no client meets a constraint',
  explains: [],
  judge: (facts) =>
    pendingJobs(facts, {
      code: 'CQ0603',
      kinds: ['constraint'],
      follows: false,
      title: (count) => `${count} waiting: no client meets a constraint`,
      remedy: (job) => ({
        text: 'More clients of this kind do not help: add one that meets the constraint, or use another resource class for the build.',
        commands: [
          `circleci-admin nomad status ${job}`,
          'circleci-admin nomad node-status --output wide',
        ],
      }),
    }),
};
