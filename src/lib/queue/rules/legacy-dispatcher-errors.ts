import type { Rule } from '../finding.ts';
import { stageErrors } from './families/stage-errors.ts';

/** The legacy dispatcher logs errors (operations guide, "Debug Queuing Builds", step 1). */
export const legacyDispatcherErrors: Rule = {
  code: 'CQ0201',
  name: 'legacy-dispatcher logs errors',
  explains: ['CQ0202', 'CQ0203', 'CQ0204'],
  judge: (facts) =>
    stageErrors(facts, {
      code: 'CQ0201',
      stage: 'legacy-dispatcher',
      remedy: () => ({
        text: 'It takes builds from the usage queue: the error names the missing service (usually MongoDB or RabbitMQ).',
        commands: [
          "circleci-admin pods logs legacy-dispatcher --since 30m --grep 'ERROR|Exception'",
          'circleci-admin services show legacy-dispatcher',
        ],
      }),
    }),
};
