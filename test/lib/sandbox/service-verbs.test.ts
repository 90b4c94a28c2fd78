import { expect, test } from 'vitest';
import { SandboxControl } from '../../../src/lib/sandbox/control-client.ts';
import type { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import { startSandbox } from '../../support/sandbox.ts';

interface Situation {
  readonly sandbox: Sandbox;
  readonly control: SandboxControl;
  readonly node: string;
  readonly job: string;
  readonly allocation: string;
}

async function situation(): Promise<Situation> {
  const sandbox = await startSandbox({ scenario: 'idle', clients: 1 });
  const control = new SandboxControl(sandbox.control.address);
  const { job } = (await control.verb('nomad', 'submit-job', { cpuMhz: 500 })) as { job: string };
  await sandbox.clock.advance(5_000);
  const [node] = sandbox.nomad.state.nodes.all();
  const [allocation] = sandbox.nomad.state.allocationsOfJob(job);
  if (!node || !allocation) throw new Error('the job was not placed');
  return { sandbox, control, job, node: node.name, allocation: allocation.id };
}

const NOMAD = 'nomad';

test('a build is submitted, logs a line, and ends with an exit code', async () => {
  const { sandbox, control, job, allocation } = await situation();
  await control.verb(NOMAD, 'append-log', { allocation, text: 'from outside\n' });
  expect(sandbox.nomad.readLog(allocation, 'stderr').toString()).toContain('from outside\n');
  await control.verb(NOMAD, 'finish-build', { job, exitCode: 3 });
  await sandbox.clock.advance(1_000);
  expect(sandbox.nomad.state.allocations.get(allocation)?.client).toBe('failed');
  expect(sandbox.nomad.state.jobs.get(job)?.status).toBe('dead');
});

test('a client is lost and restored by its name', async () => {
  const { sandbox, control, node } = await situation();
  const status = (): unknown => sandbox.nomad.state.nodes.all()[0]?.status;
  await control.verb(NOMAD, 'lose-node', { node });
  await sandbox.clock.advance(60_000);
  expect(status()).toBe('down');
  await control.verb(NOMAD, 'restore-node', { node });
  expect(status()).toBe('ready');
  await control.verb(NOMAD, 'set-eligibility', { node, eligible: false });
  expect(sandbox.nomad.state.nodes.all()[0]?.eligible).toBe(false);
});

test('a build is started at the pipeline, and a fault of the pipeline is cleared', async () => {
  const sandbox = await startSandbox({ scenario: 'dispatcher-stopped' });
  const control = new SandboxControl(sandbox.control.address);
  const started = await control.verb('pipeline', 'start-build', { org: 'acme', repo: 'web' });
  const { job, url } = started as { job: string; url: string };
  expect(url).toMatch(/\/gh\/acme\/web\/\d+$/);
  await sandbox.clock.advance(60_000);
  expect(sandbox.nomad.state.jobs.get(job)).toBeUndefined();
  await control.verb('pipeline', 'clear-fault', { fault: 'dispatcher-stopped' });
  await sandbox.clock.advance(60_000);
  expect(sandbox.nomad.state.jobs.get(job)?.status).toBe('running');
});

test('a pod crashes', async () => {
  const { sandbox, control } = await situation();
  await control.verb('kubernetes', 'crash-pod', { pod: 'frontend', exitCode: 137 });
  await sandbox.clock.advance(60_000);
  const [container] = sandbox.kubernetes.pod('frontend').status.containerStatuses ?? [];
  expect(container?.restartCount).toBe(1);
});

test.each([
  [
    'nomad',
    'lose-node',
    { node: 'ip-1-2-3-4' },
    'notFound',
    'NO_SUCH_THING',
    'the sandbox has no node ip-1-2-3-4',
  ],
  ['nomad', 'finish-build', { job: 'x' }, 'notFound', 'NO_SUCH_THING', 'the sandbox has no job x'],
  [
    'nomad',
    'rotate-log',
    { allocation: 'x' },
    'notFound',
    'NO_SUCH_THING',
    'the sandbox has no allocation x',
  ],
  ['nomad', 'set-leader', {}, 'usage', 'BAD_VERB_ARGUMENTS', 'the argument "leader" is missing'],
  [
    'nomad',
    'submit-job',
    { cpu: 1 },
    'usage',
    'BAD_VERB_ARGUMENTS',
    expect.stringContaining('"cpu"'),
  ],
  [
    'pipeline',
    'clear-fault',
    { fault: 'job-lost' },
    'notFound',
    'NO_SUCH_THING',
    'nothing is broken by job-lost',
  ],
  ['kubernetes', 'crash-pod', { pod: 'x' }, 'notFound', 'NO_SUCH_THING', 'pods "x" not found'],
] as const)('%s %s %j is refused', async (service, verb, given, kind, code, message) => {
  const sandbox = await startSandbox({ scenario: 'idle' });
  const control = new SandboxControl(sandbox.control.address);
  await expect(control.verb(service, verb, given)).rejects.toMatchObject({ kind, code, message });
});
