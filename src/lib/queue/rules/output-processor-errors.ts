import type { Rule } from '../finding.ts';
import { stageErrors } from './families/stage-errors.ts';

/** The output-processor logs errors (operations guide, "Debug Queuing Builds", step 5). */
export const outputProcessorErrors: Rule = {
  code: 'CQ0702',
  name: 'output-processor logs errors',
  explains: ['CQ0701', 'CQ0704', 'CQ0705'],
  judge: (facts) =>
    stageErrors(facts, {
      code: 'CQ0702',
      stage: 'output-processor',
      remedy: (name) => ({
        text: 'It writes build output to MongoDB and object storage: the trace names what it cannot reach. A restart loses the output of running builds.',
        commands: [
          `circleci-admin pods logs ${name} --tail 10000 --grep ERROR`,
          `circleci-admin services show ${name}`,
        ],
      }),
    }),
};
