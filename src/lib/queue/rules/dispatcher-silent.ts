import type { Rule } from '../finding.ts';
import { silentStage } from './families/silence.ts';

/** The dispatcher is running but has stopped working. */
export const dispatcherSilent: Rule = {
  code: 'CQ0302',
  name: 'dispatcher has gone silent',
  explains: ['CQ0202', 'CQ0203', 'CQ0204', 'CQ0205', 'CQ0303', 'CQ0404', 'CQ0801'],
  judge: (facts) =>
    silentStage(facts, {
      code: 'CQ0302',
      stage: 'dispatcher',
      remedy: (name, effect) => ({
        text: `It hangs: restart it. Builds in its queue then continue. ${effect}`,
        commands: [
          `circleci-admin pods restart ${name} --delete`,
          `circleci-admin pods logs ${name} --tail 50 --timestamps`,
        ],
      }),
    }),
};
