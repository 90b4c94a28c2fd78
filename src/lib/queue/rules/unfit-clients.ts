import type { Rule } from '../finding.ts';
import { pendingJobs } from './families/pending-jobs.ts';

/** Clients are excluded by their driver, datacenter, node pool or class, or by a quota. */
export const unfitClients: Rule = {
  code: 'CQ0604',
  name: 'clients lack a driver, or are of another class or datacenter',
  explains: [],
  judge: (facts) =>
    pendingJobs(facts, {
      code: 'CQ0604',
      kinds: [
        'driver-missing',
        'class-filtered',
        'unknown-datacenter',
        'unknown-node-pool',
        'quota',
      ],
      follows: false,
      title: (count) => `${count} waiting: no client is of the required kind`,
      remedy: (job) => ({
        text: "Check the clients' configuration: raw_exec must be enabled, and datacenter and node pool must be default.",
        commands: [
          `circleci-admin nomad status ${job}`,
          'circleci-admin nomad node-status --output wide',
        ],
      }),
    }),
};
