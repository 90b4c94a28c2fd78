import { expect, it } from 'vitest';
import type { Container, Pod } from '../../../../src/lib/kubernetes/model.ts';
import { followLog } from '../../../../src/lib/pods/logs/follow-log.ts';
import { LogCursor } from '../../../../src/lib/pods/logs/log-cursor.ts';
import { type LogsClient, podLogs } from '../../../../src/lib/pods/logs/pod-logs.ts';
import { makeCatalogue } from '../../../../src/lib/services/catalogue.ts';
import { systemClock } from '../../../../src/lib/terminal/system-clock.ts';
import { container, pod } from '../sample-pods.ts';

const DONE = { state: 'terminated', exitCode: 0 } as const;
const FAILED = { state: 'terminated', exitCode: 2, ready: false } as const;
const WAITS = { state: 'waiting', reason: 'PodInitializing', ready: false } as const;

function twoSteps(first: Partial<Container>, second: Partial<Container>): Pod {
  return pod({
    phase: 'Pending',
    initContainers: [
      container({ name: 'wait', ...first }),
      container({ name: 'migrate', ...second }),
    ],
    containers: [container({ name: 'frontend', ...WAITS })],
  });
}

/** Returns a client of a cluster with one pod, where each log is a single line. */
function clientOf(one: Pod): LogsClient {
  return {
    target: { context: null, server: 'https://kubernetes', namespace: 'circleci-server' },
    listPods: async () => [one],
    getPod: async () => one,
    watchPods: async function* () {
      yield { type: 'ADDED', pod: one };
    },
    podLogs: async function* ({ container: name }) {
      yield Buffer.from(`2026-12-01T12:00:00.000000000Z of ${name}\n`);
    },
  };
}

/** Returns the lines that are read of a pod's logs. */
async function logsOf(one: Pod, options: { container?: string }) {
  const whole = {
    follow: false,
    previous: false,
    sinceMs: null,
    tail: null,
    grep: null,
    maxStreams: 9,
  };
  const { container: name = null } = options;
  const context = { clock: systemClock, signal: new AbortController().signal };
  const choice = { names: [], services: [] };
  const texts: string[] = [];
  const wanted = { ...whole, container: name };
  for await (const event of podLogs(clientOf(one), makeCatalogue(), choice, wanted, context)) {
    if (event.kind === 'lines') texts.push(...event.lines.map(({ text }) => text));
  }
  return texts;
}

it('reads the log of a failed init container, but not of a succeeded one', async () => {
  expect(await logsOf(twoSteps(DONE, FAILED), {})).toEqual(['of migrate', 'of frontend']);
});

it('reads the log of a succeeded init container if it is named', async () => {
  expect(await logsOf(twoSteps(DONE, FAILED), { container: 'wait' })).toEqual(['of wait']);
});

it('follows the log of a succeeded init container only to its end', async () => {
  const running = pod({
    initContainers: [container({ name: 'wait', ...DONE })],
    containers: [container({ name: 'frontend' })],
  });
  const source = { pod: running.name, uid: running.uid, container: 'wait', service: null };
  const { signal } = new AbortController();
  const context = { clock: systemClock, signal, changed: () => new Promise<void>(() => undefined) };
  const texts: string[] = [];
  const events = followLog(clientOf(running), source, new LogCursor(), 0, context);
  for await (const event of events) {
    if (event.kind === 'lines') texts.push(...event.lines.map(({ text }) => text));
  }
  expect(texts).toEqual(['of wait']);
});

const SIDECAR = { name: 'proxy', sidecar: true, started: true } as const;

function withOthers(sidecar: Partial<Container> = {}): Pod {
  return pod({
    initContainers: [container({ ...SIDECAR, ...sidecar })],
    containers: [container({ name: 'frontend' })],
    ephemeralContainers: [container({ name: 'debugger', ready: false, ...DONE })],
  });
}

it('reads the log of a sidecar like that of other containers, even between two of its runs', async () => {
  expect(await logsOf(withOthers(), {})).toEqual(['of proxy', 'of frontend']);
  expect(await logsOf(withOthers(DONE), {})).toEqual(['of proxy', 'of frontend']);
});

it('reads the log of an ephemeral container if it is named', async () => {
  expect(await logsOf(withOthers(), { container: 'debugger' })).toEqual(['of debugger']);
  await expect(logsOf(withOthers(), { container: 'nonesuch' })).rejects.toMatchObject({
    hint: 'Their containers are proxy, frontend, debugger.',
  });
});

/**
 * Follows the log of a container of a pod that changes, until it ends or `lines` lines were read.
 */
async function followed(name: string, states: readonly Pod[], lines = 9) {
  const [first = pod()] = states;
  const left = [...states];
  const client = { ...clientOf(first), getPod: async () => left.shift() ?? first };
  const source = { pod: first.name, uid: first.uid, container: name, service: null };
  const { signal } = new AbortController();
  const context = { clock: systemClock, signal, changed: () => Promise.resolve() };
  const texts: string[] = [];
  for await (const event of followLog(client, source, new LogCursor(), 0, context)) {
    texts.push(...(event.kind === 'lines' ? event.lines.map(({ text }) => text) : [event.text]));
    if (texts.length >= lines) break;
  }
  return texts;
}

it('follows the log of an ephemeral container to its end', async () => {
  expect(await followed('debugger', [withOthers()])).toEqual(['of debugger']);
});

it('follows the log of a sidecar through a restart, even if its run succeeded', async () => {
  const states = [withOthers({ ...DONE, ready: false }), withOthers({ restarts: 1 })];
  expect(await followed('proxy', states, 2)).toEqual(['of proxy', 'restarted']);
});

it('says why a pod that is on no node yet has no log: Kubernetes answers with an empty one', async () => {
  const one = pod({
    name: 'dispatcher-0',
    phase: 'Pending',
    nodeName: null,
    containers: [container({ name: 'dispatcher', ready: false, state: 'unknown' })],
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/2 nodes are available: 2 Insufficient cpu.',
      },
    ],
  });
  const client = {
    ...clientOf(one),
    podLogs: async function* () {
      yield Buffer.of();
    },
  };
  const options = {
    ...{ follow: false, previous: false, sinceMs: null, tail: null, grep: null },
    ...{ container: null, maxStreams: 9 },
  };
  const context = { clock: systemClock, signal: new AbortController().signal };
  const choice = { names: [], services: [] };
  const notes: string[] = [];
  for await (const event of podLogs(client, makeCatalogue(), choice, options, context)) {
    if (event.kind === 'note') notes.push(`${event.source?.pod}: ${event.text}`);
  }
  expect(notes).toEqual([
    'dispatcher-0: has no log yet: cannot be scheduled: 0/2 nodes are available: 2 Insufficient cpu.',
  ]);
});
