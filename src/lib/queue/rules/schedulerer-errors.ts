import type { Rule } from '../finding.ts';
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
        text: 'It posts tasks to Nomad: check that Nomad responds, then restart it. If the trace remains, send it to CircleCI support.',
        commands: [
          'circleci-admin nomad node-status',
          `circleci-admin pods logs ${name} --since 30m`,
          `circleci-admin pods restart ${name}`,
        ],
      }),
    }),
};
