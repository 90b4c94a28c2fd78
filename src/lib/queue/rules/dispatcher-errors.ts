import type { Rule } from '../finding.ts';
import { stageErrors } from './families/stage-errors.ts';

/** The dispatcher logs errors (operations guide, "Debug Queuing Builds", step 2). */
export const dispatcherErrors: Rule = {
  code: 'CQ0301',
  name: 'dispatcher logs errors',
  explains: ['CQ0202', 'CQ0203', 'CQ0204', 'CQ0205', 'CQ0302', 'CQ0303', 'CQ0404', 'CQ0801'],
  judge: (facts) =>
    stageErrors(facts, {
      code: 'CQ0301',
      stage: 'dispatcher',
      remedy: (name) => ({
        text: `If it lost its connection, restart it. ${supportAdvice(name)} to CircleCI support (support@circleci.com), with the log lines.`,
        commands: [
          `circleci-admin pods logs ${name} --since 30m`,
          `circleci-admin pods restart ${name}`,
        ],
      }),
    }),
};

/** The operations guide covers the dispatcher, but not its successor in 4.3. */
function supportAdvice(name: string): string {
  return name === 'dispatcher'
    ? 'The operations guide says to send stack traces of the dispatcher'
    : 'Send stack traces';
}
