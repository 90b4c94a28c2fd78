import type { Rule } from '../finding.ts';
import { pendingJobs } from './families/pending-jobs.ts';

/** Clients are left out by their driver, datacenter or class, or by a quota. */
export const unfitClients: Rule = {
  code: 'CQ0604',
  name: 'clients lack a driver, or are of another class or datacenter',
  explains: [],
  judge: (facts) =>
    pendingJobs(facts, {
      code: 'CQ0604',
      kinds: ['driver-missing', 'class-filtered', 'unknown-datacenter', 'quota'],
      follows: false,
      title: (count) => `${count} held: the clients are not of the kind that is asked for`,
      remedy: (job) => ({
        text: "See the clients' configuration: raw_exec has to be enabled, the datacenter is always default.",
        commands: [
          `circleci-admin nomad status ${job}`,
          'circleci-admin nomad node-status --output wide',
        ],
      }),
    }),
};
