import { joinScenarios } from '../join-scenarios.ts';
import type { Scenario } from '../scenario.ts';
import { crashLoop } from './crash-loop.ts';
import { dispatcherStopped } from './dispatcher-stopped.ts';
import { healthy } from './healthy.ts';
import { idle } from './idle.ts';
import { jobLost } from './job-lost.ts';
import { outputBroken } from './output-broken.ts';
import { port8585Blocked } from './port-8585-blocked.ts';
import { schedulererError } from './schedulerer-error.ts';
import { taskLost } from './task-lost.ts';

/**
 * Server 4.2. Its pipeline, which begins with the dispatcher, is also that of later 3.x versions.
 */
const server42: Scenario = {
  ...healthy,
  name: 'server-4.2',
  summary: 'Server 4.2: no legacy-dispatcher, and the names of 4.x',
  version: '4.2',
};

/** Server 4.3 and later. */
const server43: Scenario = {
  ...healthy,
  name: 'server-4.3',
  summary: 'Server 4.3: distributor, docker-provisioner and output carry builds',
  version: '4.3',
};

/** Returns a scenario of 3.0 in another version, with its own summary and expected finding. */
function inVersion(
  version: Scenario,
  situation: Scenario,
  summary: string,
  expects = situation.expects ?? null,
): Scenario {
  return { ...joinScenarios(version, situation), summary, expects };
}

/** The scenarios of later server versions. Any other scenario can be combined with a version. */
export const SERVER_VERSIONS: readonly Scenario[] = [
  server42,
  inVersion(server42, jobLost, '4.2: builds get lost between dispatcher and schedulerer', 'CQ0303'),
  server43,
  inVersion(server43, idle, '4.3: clients are ready, and no builds run'),
  inVersion(server43, dispatcherStopped, '4.3: distributor-dispatcher has no pod'),
  inVersion(
    server43,
    jobLost,
    '4.3: builds get lost between distributor and docker-provisioner',
    'CQ0303',
  ),
  inVersion(
    server43,
    taskLost,
    '4.3: of two parallel tasks, one gets lost before docker-provisioner',
  ),
  inVersion(server43, schedulererError, '4.3: docker-provisioner fails at every task'),
  inVersion(server43, outputBroken, '4.3: output fails, and the web page shows builds queued'),
  inVersion(server43, port8585Blocked, '4.3: build agents cannot reach the server'),
  inVersion(server43, crashLoop, '4.3: docker-provisioner crashes whenever it starts'),
];
