import { formatDuration } from '../../units.ts';
import { buildLabel } from '../jobs/build-name.ts';
import { count } from '../quantities.ts';
import type { BuildEnd, DrainEvent } from './drain-events.ts';
import { clockTime, namedBuilds } from './drain-words.ts';

const ENDS: Readonly<Record<BuildEnd, string>> = {
  completed: 'has finished',
  failed: 'has failed on its own',
  'killed-by-drain': 'was KILLED by the drain',
  stopped: 'was stopped with its job',
  migrated: 'was stopped by the drain: it is no build',
  lost: 'was LOST with the client',
  unknown: 'is gone from Nomad: whether it has ended cannot be seen',
};

const REPEAT_EVERY_ATTEMPTS = 5;

/**
 * Returns the line to print for an event of a drain; undefined for what is shown in another way.
 */
export function drainLine(event: DrainEvent): string | undefined {
  switch (event.type) {
    case 'report':
    case 'waiting':
      return undefined;
    case 'timeout':
      return `Stopped waiting after ${formatDuration(event.timeoutMs)}: the drains continue.`;
    case 'retrying':
      return retryLine(event);
    default:
      return `${event.node.name}: ${clientLine(event)}`;
  }
}

type ClientEvent = Exclude<
  DrainEvent,
  { readonly type: 'report' | 'timeout' | 'retrying' | 'waiting' }
>;

function clientLine(event: ClientEvent): string {
  switch (event.type) {
    case 'ineligible':
      return 'accepts no new builds';
    case 'drain-set':
      return `${event.joined ? 'is already draining' : 'drain started'}${killsAt(event.deadlineAt, event.at)}`;
    case 'already-drained':
      return 'is already drained';
    case 'drain-renewed':
      return 'Nomad has missed that its last build has ended: the drain was set again';
    case 'holding':
      return `waits for ${count(event.builds.length, 'build')}: ${namedBuilds(event.builds)}`;
    case 'build-finished':
      return `${buildLabel(event.build.jobId)} ${ENDS[event.build.how]}`;
    case 'tasks-exiting':
      return `Nomad reports the drain as complete, but these builds still run: ${namedBuilds(event.builds)}`;
    case 'drain-changed':
      return `somebody started another drain, ${drainKind(event)}`;
    case 'drain-complete':
      return completeLine(event);
    case 'cancelled-by-someone':
      return 'somebody cancelled the drain, or made the client eligible again';
    case 'node-down':
      return 'is down: Nomad marks its builds as lost';
    case 'node-disconnected':
      return 'is disconnected: its builds cannot be seen until it is back';
    case 'node-vanished':
      return 'Nomad no longer has this client';
    case 'failed':
      return event.error.message;
  }
}

function completeLine({
  outcome,
  safeToTerminate,
}: Extract<DrainEvent, { type: 'drain-complete' }>): string {
  const how = outcome === 'drained' ? '' : ` (${outcome})`;
  return safeToTerminate
    ? `drained: no build runs there now${how}`
    : `drained, as far as Nomad knows: whether a build still runs on the machine cannot be seen${how}`;
}

/** Returns the status line that a terminal overwrites. */
export function drainProgressLine(event: DrainEvent): string | undefined {
  if (event.type !== 'waiting') return undefined;
  const builds = event.builds === null ? '' : `${count(event.builds, 'build')} on `;
  return `Waiting for ${builds}${count(event.clients, 'client')}, for ${formatDuration(event.waitedMs)}`;
}

function drainKind({ strategy, at }: Extract<DrainEvent, { type: 'drain-changed' }>): string {
  if (strategy.kind === 'force') return 'which kills builds at once';
  if (strategy.kind === 'no-deadline') return 'which waits for builds';
  return `with a deadline${killsAt(strategy.forceAt, at)}`;
}

function killsAt(deadline: Date | null, now: Date): string {
  return deadline ? `: kills builds still running at ${clockTime(deadline, now)}` : '';
}

function retryLine(event: Extract<DrainEvent, { type: 'retrying' }>): string | undefined {
  if (event.attempt % REPEAT_EVERY_ATTEMPTS !== 1) return undefined;
  const where = event.node ? `${event.node.name}: ` : '';
  return `${where}${event.message} (attempt ${event.attempt}; retrying)`;
}
