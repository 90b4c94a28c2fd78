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
        text: `It writes build output to ${storage(name)}: the trace names what it cannot reach. A restart ${losesVerb(name)} the output of running builds.`,
        commands: [
          `circleci-admin pods logs ${name} --tail 10000 --grep '${errorPattern(name)}'`,
          `circleci-admin services show ${name}`,
        ],
      }),
    }),
};

/**
 * Returns what finds errors and the exceptions that name the cause; in JSON, levels are in lower case.
 */
function errorPattern(name: string): string {
  return name === 'output-processor' ? 'ERROR|Exception' : '[Ee]rror|ERROR|Exception';
}

/** Returns where output is stored. The successor in 4.3 uses only object storage. */
function storage(name: string): string {
  return name === 'output-processor' ? 'MongoDB and object storage' : 'object storage';
}

/** The guide documents the loss for the output-processor; nothing is published on its successor. */
function losesVerb(name: string): string {
  return name === 'output-processor' ? 'loses' : 'may lose';
}
