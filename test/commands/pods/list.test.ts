import { describe, expect, it } from 'vitest';
import { cli, startCli, startSandbox } from '../../support/sandbox.ts';

describe('pods list', () => {
  it('shows the state again after every change', async () => {
    const sandbox = await startSandbox();
    const stop = new AbortController();
    const { signal } = stop;
    const options = { env: sandbox.environment(), clock: sandbox.clock, signal };
    const line = ['pods', 'list', 'dispatcher', '--watch', '--json'];
    const { runtime, result } = startCli(line, options);
    await runtime.stdout.until('"health":"ready"');
    sandbox.kubernetes.setReady('dispatcher', false);
    await runtime.stdout.until('"health":"not-ready"');
    stop.abort();
    await result;
    const states = runtime.stdout.text.trim().split('\n');
    expect(states.map((state) => JSON.parse(state).summary.ready)).toEqual([1, 0]);
  });

  it('shows why a pod is not ready, and omits a completed Job', async () => {
    const sandbox = await startSandbox();
    const options = { env: sandbox.environment(), clock: sandbox.clock };
    const { kubernetes } = sandbox;
    kubernetes.addPod({ name: 'backup', situation: 'image-missing' });
    kubernetes.addPod({ name: 'large', situation: 'unschedulable', cpu: '500' });
    kubernetes.crash('frontend', { reason: 'OOMKilled', exitCode: 137 });
    await sandbox.clock.advance(60_000);
    kubernetes.crash('frontend', { reason: 'OOMKilled', exitCode: 137 });
    const { stdout } = await cli(['pods', 'list', '--not-ready', '--json'], options);
    const { pods, summary } = JSON.parse(stdout);
    expect(summary).toMatchObject({ completed: 1, notReady: 3 });
    expect(pods).toMatchObject([
      { why: expect.stringMatching(/^the image .* of container backup/) },
      { service: 'frontend', restarts: 1, why: expect.stringContaining('OOMKilled') },
      { status: 'Pending', why: expect.stringMatching(/^cannot be scheduled: 0\/3 nodes/) },
    ]);
    const described = await cli(['pods', 'describe', 'large'], options);
    expect(described.stdout).toContain('FailedScheduling');
  });
});

it('fails to describe pods if none has the labels', async () => {
  const sandbox = await startSandbox();
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const none = await cli(['pods', 'describe', '-l', 'app=nonesuch'], options);
  expect(none).toMatchObject({ exitCode: 5, stdout: '' });
  expect(none.stderr).toContain('No pod matches the selection');
  const job = await cli(['pods', 'describe', 'inject-bottoken', '-o', 'table'], options);
  expect(job.stdout).toContain('Job/inject-bottoken');
});
