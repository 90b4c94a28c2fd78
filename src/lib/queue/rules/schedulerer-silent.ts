import type { Rule } from '../finding.ts';
import { silentStage } from './families/silence.ts';

/** The schedulerer is running but has stopped working. */
export const schedulererSilent: Rule = {
  code: 'CQ0402',
  name: 'schedulerer has gone silent',
  explains: ['CQ0204', 'CQ0205', 'CQ0303', 'CQ0403', 'CQ0404', 'CQ0801'],
  judge: (facts) =>
    silentStage(facts, {
      code: 'CQ0402',
      stage: 'schedulerer',
      remedy: (name, effect) => ({
        text: `It hangs: restart it. Tasks in its queue then continue. ${effect}`,
        commands: [
          `circleci-admin pods restart ${name} --delete`,
          `circleci-admin pods logs ${name} --tail 50 --timestamps`,
        ],
      }),
    }),
};
