import { AdminError } from '../../errors.ts';
import { joinScenarios } from '../join-scenarios.ts';
import type { Scenario } from '../scenario.ts';
import { acl } from './acl.ts';
import { badCertificate } from './bad-certificate.ts';
import { busy } from './busy.ts';
import { clientsDown } from './clients-down.ts';
import { constraint } from './constraint.ts';
import { crashLoop } from './crash-loop.ts';
import { demo } from './demo.ts';
import { dispatcherSilent } from './dispatcher-silent.ts';
import { dispatcherStopped } from './dispatcher-stopped.ts';
import { draining } from './draining.ts';
import { healthy } from './healthy.ts';
import { idle } from './idle.ts';
import { imageMissing } from './image-missing.ts';
import { jobLost } from './job-lost.ts';
import { large } from './large.ts';
import { leaderless } from './leaderless.ts';
import { newNomad } from './new-nomad.ts';
import { noCapacity } from './no-capacity.ts';
import { noClients } from './no-clients.ts';
import { noPermissions } from './no-permissions.ts';
import { oldNomad } from './old-nomad.ts';
import { outOfMemory } from './out-of-memory.ts';
import { outputBroken } from './output-broken.ts';
import { port8585Blocked } from './port-8585-blocked.ts';
import { rabbitmqBacklog } from './rabbitmq-backlog.ts';
import { schedulererError } from './schedulerer-error.ts';
import { SERVER_VERSIONS } from './server-versions.ts';
import { taskLost } from './task-lost.ts';
import { tooLarge } from './too-large.ts';

/** All scenarios, the common ones first. */
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
  dispatcherStopped,
  dispatcherSilent,
  jobLost,
  taskLost,
  schedulererError,
  outputBroken,
  port8585Blocked,
  rabbitmqBacklog,
  crashLoop,
  outOfMemory,
  imageMissing,
  acl,
  noPermissions,
  badCertificate,
  oldNomad,
  newNomad,
  ...SERVER_VERSIONS,
  large,
];

/** The scenarios that are not predefined combinations with `+` in their name. */
export const SINGLE_SCENARIOS = SCENARIOS.filter(({ name }) => !name.includes('+'));

/**
 * Returns the scenario with a name, or the combination of several names joined by `+`.
 *
 * @throws AdminError of kind `usage`, code UNKNOWN_SCENARIO
 */
export function findScenario(names: string): Scenario {
  const whole = SCENARIOS.find(({ name }) => name === names);
  return whole ?? names.split('+').map(oneScenario).reduce(joinScenarios);
}

function oneScenario(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found) return found;
  throw new AdminError('usage', `Unknown scenario "${name}"`, {
    code: 'UNKNOWN_SCENARIO',
    hint: `The scenarios are ${SINGLE_SCENARIOS.map((scenario) => scenario.name).join(', ')}.`,
  });
}
