import { seededRandom } from '../random.ts';

/** The events of a build that the pipeline's services log. */
export type BuildEvent =
  | 'got-usage-event'
  | 'forwarded'
  | 'publishing'
  | 'popped'
  | 'compressed'
  | 'agent-image'
  | 'resource-class'
  | 'computed'
  | 'got-task'
  | 'posting'
  | 'posted'
  | 'task-started'
  | 'task-finished'
  | 'post-failed'
  | 'no-leader'
  | 'output-failed';

/** The events that services log about themselves. */
export type OwnEvent = 'beat' | 'starting' | 'start-failed';

type Event = BuildEvent | OwnEvent;

/**
 * Alternatives for each part of a phrase; the first ones are from the operations guide's samples.
 */
const PARTS: Readonly<Record<Event, readonly (readonly string[])[]>> = {
  'got-usage-event': [
    ['got', 'received', 'took', 'picked up'],
    ['usage-queue event', 'an event of usage-queue', 'message from the usage queue'],
  ],
  forwarded: [
    ['forwarded to', 'handed over to', 'passed on to', 'sent to'],
    ['run-queue', 'the run queue', 'queue run-queue'],
  ],
  publishing: [
    ['publishing', 'emitting', 'sending out', 'announcing'],
    ['event', 'the event', 'its event'],
  ],
  popped: [
    ['popped', 'took', 'received', 'fetched'],
    ['build', 'one build', 'a build'],
    ['from build queue', 'off the build queue', 'from the queue of builds'],
  ],
  compressed: [
    ['Performed', 'Did', 'Finished'],
    ['compression of config-str', 'config-str compression', 'compressing of config-str'],
  ],
  'agent-image': [['Build agent image', 'Image of the build agent', 'Chose agent image']],
  'resource-class': [
    ['Build is using', 'Build uses', 'Build runs on', 'Build was given'],
    ['resource class', 'executor class', 'class of resources'],
  ],
  computed: [
    ['Computed', 'Worked out', 'Calculated', 'Prepared'],
    ['tasks', 'the tasks', 'task list'],
  ],
  'got-task': [
    ['got', 'received', 'accepted', 'took'],
    ['task message', 'message of a task', 'a task'],
  ],
  posting: [
    ['posting', 'submitting', 'sending', 'handing'],
    ['task to nomad', 'the task to Nomad', 'job to nomad'],
  ],
  posted: [
    ['posted to', 'submitted to', 'accepted by', 'registered with'],
    ['nomad', 'Nomad', "nomad's server"],
  ],
  'task-started': [['task started', 'task is running', 'build task began', 'agent connected']],
  'task-finished': [['task finished', 'task is done', 'build task ended', 'agent said goodbye']],
  beat: [['Still running...', 'Still alive', 'Heartbeat', 'Alive and well', 'Tick']],
  starting: [['Starting', 'Booting', 'Coming up']],
  'post-failed': [
    ['error', 'failure', 'gave up', 'problem'],
    ['posting task to nomad', 'while submitting the task', 'handing the job to Nomad'],
  ],
  'no-leader': [
    ['error', 'refused', 'failure', 'no success'],
    ['posting task to nomad', 'submitting the task to Nomad', 'on registering the job'],
  ],
  'output-failed': [
    ['error handling', 'could not handle', 'failure with', 'giving up on'],
    ['task event', 'event of a task', "a build agent's event"],
  ],
  'start-failed': [
    ['error', 'failure', 'could not go on'],
    ['starting system', 'during start', 'bringing the system up'],
  ],
};

/** Alternative names for the fields of log entries. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'build-name': ['build-name', 'build', 'name'],
  'build-id': ['build-id', 'build', 'id'],
  'build-url': ['build-url', 'url', 'link'],
  'task-name': ['task-name', 'task', 'job'],
};

/** The wording of log lines. */
export interface Wording {
  phrase(event: BuildEvent | OwnEvent): string;
  key(name: string): string;
}

/** The wording of the operations guide's samples. */
export const PLAIN: Wording = {
  phrase: (event) => PARTS[event].map(([first]) => first).join(' '),
  key: (name) => name,
};

/** Returns an alternative wording, which is always the same for a seed. */
export function reworded(seed: number): Wording {
  const random = seededRandom(seed * 7_919 + 13);
  const chosen = new Map<string, string>();
  for (const [event, parts] of Object.entries(PARTS)) {
    chosen.set(event, parts.map((words) => random.pick(othersOf(words))).join(' '));
  }
  const keys = new Map(Object.entries(KEYS).map(([name, names]) => [name, random.pick(names)]));
  return {
    phrase: (event) => chosen.get(event) ?? PLAIN.phrase(event),
    key: (name) => keys.get(name) ?? name,
  };
}

function othersOf(words: readonly string[]): readonly string[] {
  return words.length > 1 ? words.slice(1) : words;
}
