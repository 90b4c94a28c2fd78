import { AdminError } from '../../errors.ts';
import type { Scenario } from '../scenario.ts';
import { acl } from './acl.ts';
import { badCertificate } from './bad-certificate.ts';
import { busy } from './busy.ts';
import { clientsDown } from './clients-down.ts';
import { constraint } from './constraint.ts';
import { demo } from './demo.ts';
import { draining } from './draining.ts';
import { healthy } from './healthy.ts';
import { idle } from './idle.ts';
import { large } from './large.ts';
import { leaderless } from './leaderless.ts';
import { newNomad } from './new-nomad.ts';
import { noCapacity } from './no-capacity.ts';
import { noClients } from './no-clients.ts';
import { noPermissions } from './no-permissions.ts';
import { oldNomad } from './old-nomad.ts';
import { tooLarge } from './too-large.ts';

/** Every scenario, the ordinary ones first. */
export const SCENARIOS: readonly Scenario[] = [
  healthy,
  idle,
  busy,
  demo,
  noCapacity,
  tooLarge,
  constraint,
  noClients,
  clientsDown,
  draining,
  leaderless,
  acl,
  noPermissions,
  badCertificate,
  oldNomad,
  newNomad,
  large,
];

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
