import type { Rule } from '../finding.ts';
import { pendingJobs } from './families/pending-jobs.ts';

/** Nomad has not tried to place a job, or has given up. */
export const notScheduled: Rule = {
  code: 'CQ0605',
  name: 'Nomad does not place jobs',
  explains: [],
  judge: (facts) =>
    pendingJobs(facts, {
      code: 'CQ0605',
      kinds: ['scheduler-failed', 'no-evaluation', 'waiting', 'unexplained'],
      follows: true,
      title: (count) =>
        `${count} pending, but Nomad's scheduler does not place ${count === '1 build' ? 'it' : 'them'}`,
      remedy: (job) => ({
        text: "Check the job's evaluations and the log of the Nomad server; if it hangs, restart its pod: running builds are not affected.",
        commands: [
          `circleci-admin nomad status ${job}`,
          'circleci-admin pods logs circleci-nomad --tail 100',
          'circleci-admin pods restart circleci-nomad',
        ],
      }),
    }),
};
