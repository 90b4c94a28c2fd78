import { arrayOf, type JsonObject, numberOf, objectOf, textOf } from '../json-value.ts';
import type { BuildSteps, StepAction } from './steps-api.ts';

/**
 * Decodes a build with its steps; returns null if the value is not a build. The fields are those in
 * the API's documentation (circleci/circleci-docs, src-api, "Single Job") and in responses of
 * circleci.com in public repositories from 2018 to 2024, where each action has `has_output`,
 * `output_url`, `index` and `step`. Fields that server 3.x leaves out are decoded as unknown.
 */
export function decodeSteps(
  value: unknown,
  requestedBuild: Pick<BuildSteps, 'project' | 'number'>,
): BuildSteps | null {
  const build = objectOf(value);
  const steps = build['steps'];
  if (numberOf(build['build_num']) === null && !Array.isArray(steps)) return null;
  return {
    ...requestedBuild,
    url: textOf(build['build_url']),
    status: textOf(build['status']),
    ended: hasEnded(build),
    actions: arrayOf(steps).map(objectOf).flatMap(decodeStep),
  };
}

/** Null if the response does not tell. */
function hasEnded({ lifecycle, stop_time: stopped }: JsonObject): boolean | null {
  if (textOf(stopped) !== null || lifecycle === 'finished' || lifecycle === 'not_run') return true;
  return textOf(lifecycle) === null ? null : false;
}

function decodeStep({ name, actions }: JsonObject): readonly StepAction[] {
  return arrayOf(actions)
    .map(objectOf)
    .map((action) => {
      const outputUrl = textOf(action['output_url']);
      return {
        name: textOf(action['name']) ?? textOf(name) ?? '',
        step: numberOf(action['step']),
        task: numberOf(action['index']) ?? 0,
        type: textOf(action['type']),
        status: textOf(action['status']),
        runsCommand: textOf(action['bash_command']) !== null,
        hasOutput: action['has_output'] === true || outputUrl !== null,
        outputUrl,
      };
    });
}
