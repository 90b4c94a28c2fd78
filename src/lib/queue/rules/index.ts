import type { Rule } from '../finding.ts';
import { agentsCutOff } from './agents-cut-off.ts';
import { allDown } from './all-down.ts';
import { allDraining } from './all-draining.ts';
import { clientsDown } from './clients-down.ts';
import { constraintUnmet } from './constraint-unmet.ts';
import { crashLooping } from './crash-looping.ts';
import { dispatcherErrors } from './dispatcher-errors.ts';
import { dispatcherSilent } from './dispatcher-silent.ts';
import { imageNotPulled } from './image-not-pulled.ts';
import { legacyDispatcherErrors } from './legacy-dispatcher-errors.ts';
import { lostBeforeSchedulerer } from './lost-before-schedulerer.ts';
import { lostBetweenDispatchers } from './lost-between-dispatchers.ts';
import { missingEvidence } from './missing-evidence.ts';
import { missingTasks } from './missing-tasks.ts';
import { neverDispatched } from './never-dispatched.ts';
import { noCapacity } from './no-capacity.ts';
import { noClients } from './no-clients.ts';
import { noLeader } from './no-leader.ts';
import { noPod } from './no-pod.ts';
import { nodeLost } from './node-lost.ts';
import { noneTakesBuilds } from './none-takes-builds.ts';
import { notPosted } from './not-posted.ts';
import { notReady } from './not-ready.ts';
import { notScheduled } from './not-scheduled.ts';
import { outOfMemory } from './out-of-memory.ts';
import { outputPortClosed } from './output-port-closed.ts';
import { outputProcessorErrors } from './output-processor-errors.ts';
import { queueBacklog } from './queue-backlog.ts';
import { schedulererErrors } from './schedulerer-errors.ts';
import { schedulererSilent } from './schedulerer-silent.ts';
import { stuckForLong } from './stuck-for-long.ts';
import { tooLarge } from './too-large.ts';
import { undecided } from './undecided.ts';
import { unexplainedStop } from './unexplained-stop.ts';
import { unfitClients } from './unfit-clients.ts';
import { unschedulable } from './unschedulable.ts';
import { unseenEnd } from './unseen-end.ts';
import { unseenRunning } from './unseen-running.ts';

/** All rules. Among rules of one place, causes come before effects. */
export const RULES: readonly Rule[] = [
  nodeLost,
  crashLooping,
  outOfMemory,
  imageNotPulled,
  unschedulable,
  notReady,
  noPod,
  queueBacklog,
  noLeader,
  legacyDispatcherErrors,
  dispatcherErrors,
  dispatcherSilent,
  neverDispatched,
  lostBetweenDispatchers,
  stuckForLong,
  unexplainedStop,
  schedulererErrors,
  schedulererSilent,
  lostBeforeSchedulerer,
  notPosted,
  missingTasks,
  noClients,
  allDraining,
  allDown,
  noneTakesBuilds,
  clientsDown,
  noCapacity,
  tooLarge,
  constraintUnmet,
  unfitClients,
  notScheduled,
  outputPortClosed,
  outputProcessorErrors,
  agentsCutOff,
  unseenRunning,
  unseenEnd,
  missingEvidence,
  undecided,
];
