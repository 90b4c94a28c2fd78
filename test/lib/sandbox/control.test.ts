import { afterEach, beforeEach, expect, test } from 'vitest';
import { AdminError } from '../../../src/lib/errors.ts';
import { CallLog } from '../../../src/lib/sandbox/call-log.ts';
import { SandboxClock } from '../../../src/lib/sandbox/clock.ts';
import { SandboxControl } from '../../../src/lib/sandbox/control-client.ts';
import { ControlServer } from '../../../src/lib/sandbox/control-server.ts';
import { FaultPlan } from '../../../src/lib/sandbox/faults.ts';

const START = new Date('2026-03-02T09:00:00Z');
const DESCRIPTION = {
  scenario: 'healthy',
  pid: 42,
  services: {
    nomad: { address: 'http://127.0.0.1:1' },
    kubernetes: { server: 'https://127.0.0.1:2', kubeconfig: '/k', context: 'c', namespace: 'n' },
    server: { url: 'https://127.0.0.1:3' },
    github: { url: 'http://127.0.0.1:4' },
  },
  environment: { NOMAD_ADDR: 'http://127.0.0.1:1' },
};

let clock: SandboxClock;
let faults: FaultPlan;
let calls: CallLog;
let stops: number;
let server: ControlServer;
let control: SandboxControl;

beforeEach(async () => {
  clock = new SandboxClock({ start: START, rate: 0 });
  faults = new FaultPlan();
  calls = new CallLog();
  stops = 0;
  server = new ControlServer({
    clock,
    faults,
    calls,
    describe: () => DESCRIPTION,
    verbs: {
      nomad: {
        'finish-build': (given) => ({ job: given.text('job'), exitCode: given.number('exitCode') }),
        'lose-node': () => {
          throw new AdminError('notFound', 'there is no node "x"', { code: 'NO_SUCH_THING' });
        },
      },
    },
    askStop: () => {
      stops += 1;
    },
  });
  await server.start();
  control = new SandboxControl(server.address);
});

afterEach(() => server.stop());

test('reports its description, its time and its calls', async () => {
  calls.record({
    service: 'nomad',
    method: 'GET',
    path: '/v1/nodes',
    write: false,
    agent: '',
    credentials: [],
  });
  calls.record({
    service: 'nomad',
    method: 'POST',
    path: '/v1/jobs',
    write: true,
    agent: 'x',
    credentials: [],
  });
  expect(await control.status()).toEqual({
    ...DESCRIPTION,
    clock: { now: START.toISOString(), rate: 0 },
    calls: { reads: 1, writes: 1 },
  });
  expect((await control.calls()).recent.map((call) => call.path)).toEqual([
    '/v1/nodes',
    '/v1/jobs',
  ]);
  await control.resetCalls();
  expect(await control.calls()).toEqual({ reads: 0, writes: 0, recent: [] });
});

test('advances time, and responds after everything due has run', async () => {
  const happened: string[] = [];
  clock.schedule(90_000, () => happened.push('build ended'));
  const reading = await control.advance(3_600_000);
  expect(reading).toEqual({ now: '2026-03-02T10:00:00.000Z', rate: 0 });
  expect(happened).toEqual(['build ended']);
  expect((await control.setRate(60)).rate).toBe(60);
});

test('adds faults and clears them', async () => {
  await control.addFault({ path: '^/v1', fault: { kind: 'status', status: 503 } });
  expect(faults.next('nomad', 'GET', '/v1/nodes')).toEqual({ kind: 'status', status: 503 });
  await control.clearFaults();
  expect(faults.next('nomad', 'GET', '/v1/nodes')).toBeUndefined();
});

test('runs the verbs of a service', async () => {
  expect(await control.verb('nomad', 'finish-build', { job: 'j', exitCode: 1 })).toEqual({
    job: 'j',
    exitCode: 1,
  });
});

test.each([
  [
    'nomad',
    'finish-build',
    { job: 'j' },
    'usage',
    'BAD_VERB_ARGUMENTS',
    'the argument "exitCode" is missing',
  ],
  ['nomad', 'lose-node', {}, 'notFound', 'NO_SUCH_THING', 'there is no node "x"'],
  ['nomad', 'no-such-verb', {}, 'notFound', 'NO_SUCH_VERB', 'there is no POST /nomad/no-such-verb'],
  ['nomad', 'constructor', {}, 'notFound', 'NO_SUCH_VERB', 'there is no POST /nomad/constructor'],
  ['kubernetes', 'crash', {}, 'notFound', 'NO_SUCH_VERB', 'there is no POST /kubernetes/crash'],
] as const)('%s %s %j is refused', async (service, verb, given, kind, code, message) => {
  await expect(control.verb(service, verb, given)).rejects.toMatchObject({ kind, code, message });
});

test.each([-1, Number.NaN])('does not advance time by %d', async (ms) => {
  await expect(control.advance(ms)).rejects.toMatchObject({
    kind: 'usage',
    code: 'BAD_VERB_ARGUMENTS',
  });
  expect(clock.now()).toEqual(START);
});

test('rejects requests without the token', async () => {
  const stranger = new SandboxControl({ url: server.address.url, token: 'guess' });
  await expect(stranger.stop()).rejects.toMatchObject({
    kind: 'failed',
    code: 'CONTROL_TOKEN',
    message: 'the bearer token is missing or wrong',
  });
  expect(stops).toBe(0);
});

test('responds to a stop request before it stops', async () => {
  await control.stop();
  expect(stops).toBe(1);
});

test('distinguishes an unreachable sandbox from an error response', async () => {
  await server.stop();
  await expect(control.status()).rejects.toMatchObject({
    kind: 'service',
    code: 'SANDBOX_UNREACHABLE',
    hint: 'Run: circleci-admin sandbox status',
  });
});
