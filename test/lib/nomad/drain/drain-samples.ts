import type {
  Allocation,
  AllocationId,
  DrainStrategy,
  JobId,
  NodeId,
  NomadNodeDetail,
} from '../../../../src/lib/nomad/model.ts';

/** The current time of the samples. */
export const NOW = new Date('2026-11-23T14:00:00Z');

/** Returns the time a number of seconds after {@link NOW}. */
export function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1_000);
}

/** A ready, eligible client. */
export function node(number: number, changes: Partial<NomadNodeDetail> = {}): NomadNodeDetail {
  return {
    id: `${String(number).padStart(8, '0')}-2f2f-af30-9e58-9ee8b5c34e5a` as NodeId,
    name: `ip-10-0-10-${number}`,
    address: `10.0.10.${number}`,
    datacenter: 'default',
    nodeClass: 'linux-64bit',
    nodePool: null,
    version: '1.0.4',
    status: 'ready',
    statusDescription: null,
    eligible: true,
    draining: false,
    resources: null,
    reserved: null,
    attributes: {},
    meta: {},
    httpAddress: null,
    drainStrategy: null,
    lastDrain: null,
    events: [],
    instance: null,
    ...changes,
  };
}

/** A drain without a deadline. */
export const WAITING_DRAIN: DrainStrategy = {
  kind: 'no-deadline',
  deadlineMs: null,
  forceAt: null,
  startedAt: NOW,
  ignoreSystemJobs: false,
};

/** A drain that kills builds after an hour. */
export const HOUR_DRAIN: DrainStrategy = {
  kind: 'deadline',
  deadlineMs: 3_600_000,
  forceAt: later(3_600),
  startedAt: NOW,
  ignoreSystemJobs: false,
};

/** A client that is being drained. */
export function draining(number: number, strategy = WAITING_DRAIN): NomadNodeDetail {
  return node(number, { eligible: false, draining: true, drainStrategy: strategy });
}

/** A client whose drain has ended, according to its newest event. */
export function drainOver(
  number: number,
  message = 'Node drain complete',
  changes: Partial<NomadNodeDetail> = {},
): NomadNodeDetail {
  return node(number, {
    eligible: false,
    events: [
      { at: NOW, subsystem: 'Drain', message: 'Node drain strategy set', details: {} },
      { at: later(10), subsystem: 'Drain', message, details: {} },
    ],
    ...changes,
  });
}

/** A running build on client 131. */
export function build(number: number, changes: Partial<Allocation> = {}): Allocation {
  const jobId = `6007ca6352718c10b12${String(number).padStart(5, '0')}-0-build-circleci-realitycheck-${number}`;
  return {
    id: `fb9f2d16-2f2f-af30-9e58-${String(number).padStart(12, '0')}` as AllocationId,
    name: `${jobId}.build[0]`,
    jobId: jobId as JobId,
    jobType: 'batch',
    taskGroup: 'build',
    nodeId: node(131).id,
    nodeName: 'ip-10-0-10-131',
    evaluationId: null,
    desiredStatus: 'run',
    clientStatus: 'running',
    clientDescription: null,
    migrate: false,
    createdAt: later(-300),
    modifiedAt: NOW,
    tasks: [
      {
        name: 'build-agent',
        state: 'running',
        failed: false,
        restarts: 0,
        startedAt: later(-299),
        finishedAt: null,
        events: [{ type: 'Started', at: later(-299), message: '', exitCode: null, signal: null }],
      },
    ],
    resources: null,
    ...changes,
  };
}

/** The same build after it ended by itself. */
export function finished(allocation: Allocation, exitCode = 0): Allocation {
  const [task] = allocation.tasks ?? [];
  const ended = { type: 'Terminated', at: later(20), message: '', exitCode, signal: null };
  return {
    ...allocation,
    clientStatus: exitCode === 0 ? 'complete' : 'failed',
    tasks: task ? [{ ...task, state: 'dead', events: [...task.events, ended] }] : null,
  };
}

/** The same build after a drain killed it, which Nomad reports as complete. */
export function killed(allocation: Allocation): Allocation {
  const [task] = allocation.tasks ?? [];
  const events = (['Killing', 'Terminated', 'Killed'] as const).map((type) => {
    return { type, at: later(30), message: '', exitCode: 0, signal: null };
  });
  return {
    ...allocation,
    desiredStatus: 'stop',
    migrate: true,
    clientStatus: 'complete',
    tasks: task ? [{ ...task, state: 'dead', events: [...task.events, ...events] }] : null,
  };
}
