import { AdminError } from '../../errors.ts';
import type { Scenario } from '../scenario.ts';

/** Every scenario, the ordinary ones first. */
export const SCENARIOS: readonly Scenario[] = [];

/**
 * The scenario of a name.
 *
 * @throws AdminError of kind `usage`, code UNKNOWN_SCENARIO
 */
export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found) return found;
  throw new AdminError('usage', `there is no scenario "${name}"`, {
    code: 'UNKNOWN_SCENARIO',
    hint: `The scenarios are ${SCENARIOS.map((scenario) => scenario.name).join(', ')}.`,
  });
}
