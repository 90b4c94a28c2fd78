import type { Rule } from '../finding.ts';
import { pendingJobs } from './families/pending-jobs.ts';

/** Nomad has not tried to place a job, or gave up. */
export const notScheduled: Rule = {
  code: 'CQ0605',
  name: 'Nomad does not get to placing jobs',
  explains: [],
  judge: (facts) =>
    pendingJobs(facts, {
      code: 'CQ0605',
      kinds: ['scheduler-failed', 'no-evaluation', 'waiting', 'unexplained'],
      follows: true,
      title: (count) =>
        `${count} pending, and Nomad's scheduler does not place ${count === '1 build' ? 'it' : 'them'}`,
      remedy: (job) => ({
        text: "See the job's evaluations and what the Nomad server says; if it hangs, restart its pod: running builds go on.",
        commands: [
          `circleci-admin nomad status ${job}`,
          'circleci-admin pods logs circleci-nomad --tail 100',
          'circleci-admin pods restart circleci-nomad',
        ],
      }),
    }),
};
