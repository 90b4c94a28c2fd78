import type { QueueFacts } from '../facts/facts.ts';
import type { Rule } from '../finding.ts';
import { known } from '../snapshot/evidence.ts';
import { pendingJobs } from './families/pending-jobs.ts';

/** Builds wait because the clients are full (operations guide, "Debug Queuing Builds", step 4). */
export const noCapacity: Rule = {
  code: 'CQ0601',
  name: 'the clients are full',
  explains: [],
  judge: (facts) =>
    pendingJobs(facts, {
      code: 'CQ0601',
      kinds: ['all-full', 'exhausted', 'mixed', 'no-clients'],
      follows: true,
      title: (count) => `no capacity: ${count} waiting for free clients`,
      remedy: (job) => {
        const reopening = eligibilityCommands(facts);
        const quickest =
          reopening.length > 0
            ? ' The quickest way to get capacity is to make ineligible clients eligible again.'
            : '';
        return {
          text: `Add clients (raise the size of their node group), or wait until builds end.${quickest}`,
          commands: [
            ...reopening,
            'circleci-admin nomad node-status',
            `circleci-admin nomad status ${job}`,
          ],
        };
      },
    }),
};

function eligibilityCommands(facts: QueueFacts): readonly string[] {
  const closed = (known(facts.snapshot.nomad.clients) ?? []).filter(
    ({ status, takesBuilds }) => status === 'ready' && !takesBuilds,
  );
  const draining = closed.find((client) => client.draining);
  const shut = closed.find((client) => !client.draining);
  return [
    ...(shut ? [`circleci-admin nomad eligibility ${shut.name} --enable`] : []),
    ...(draining ? [`circleci-admin nomad drain --disable ${draining.name}`] : []),
  ];
}
