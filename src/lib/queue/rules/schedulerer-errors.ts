import type { QueueFacts } from '../facts/facts.ts';
import type { Rule } from '../finding.ts';
import { known } from '../snapshot/evidence.ts';
import { stageErrors } from './families/stage-errors.ts';

/** The schedulerer logs errors (operations guide, "Debug Queuing Builds", step 3). */
export const schedulererErrors: Rule = {
  code: 'CQ0401',
  name: 'schedulerer logs errors',
  explains: ['CQ0204', 'CQ0205', 'CQ0303', 'CQ0402', 'CQ0403', 'CQ0404'],
  judge: (facts) =>
    stageErrors(facts, {
      code: 'CQ0401',
      stage: 'schedulerer',
      remedy: (name) => ({
        text: `It posts tasks to Nomad: ${nomadResponds(facts) ? 'Nomad responds, so' : 'check that Nomad responds, then'} restart it. If the trace remains, send it to CircleCI support.`,
        commands: [
          ...(nomadResponds(facts) ? [] : ['circleci-admin nomad node-status']),
          `circleci-admin pods restart ${name}`,
          `circleci-admin pods logs ${name} --since 30m`,
        ],
      }),
    }),
};

/** Returns whether Nomad answers and has a leader, which accepts jobs. */
function nomadResponds({ snapshot: { nomad } }: QueueFacts): boolean {
  return known(nomad.leader) !== null && nomad.jobs.status === 'known';
}
