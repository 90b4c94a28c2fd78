import { describe, expect, it } from 'vitest';
import { pipelineRig } from './rig.ts';

/** Returns the queues from rabbitmqctl: name and number of messages. */
async function queues(rig: Awaited<ReturnType<typeof pipelineRig>>): Promise<readonly string[]> {
  const { stdout } = await rig.rabbitmqctl('-s', 'list_queues');
  return stdout.trim().split('\n').filter(Boolean);
}

describe('the pipeline of server 4.3', () => {
  it('passes builds through distributor, docker-provisioner, Nomad and output', async () => {
    const rig = await pipelineRig('server-4.3+idle');
    const { number, jobId } = rig.sandbox.pipeline.startBuild('acme', 'web');
    await rig.sandbox.clock.advance(5_000);
    const all = await Promise.all(
      ['distributor-dispatcher', 'docker-provisioner', 'output'].map((name) => rig.log(name)),
    );
    expect(all[0]).toContain(`/gh/acme/web/${number}`);
    for (const log of all.slice(1)) expect(log).toContain(jobId);
    for (const line of all.join('').trim().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ level: 'info', msg: expect.any(String) });
    }
    expect((await rig.recent())[0]).toMatchObject({ build_num: number, status: 'running' });
    expect(await queues(rig)).toEqual(['distributor\t0', 'docker-provisioner\t0']);
  });

  it('holds builds at a stage without pods, and continues', async () => {
    const rig = await pipelineRig('server-4.3+dispatcher-stopped');
    expect(await queues(rig)).toEqual(['distributor\t3', 'docker-provisioner\t0']);
    expect(rig.sandbox.kubernetes.podsOf('distributor-dispatcher')).toEqual([]);
    rig.sandbox.pipeline.clearFault('dispatcher-stopped');
    await rig.sandbox.clock.advance(60_000);
    expect(await queues(rig)).toEqual(['distributor\t0', 'docker-provisioner\t0']);
    expect([...rig.sandbox.pipeline.waiting()]).toEqual([]);
  });

  it('loses builds between its first two stages until both have new pods', async () => {
    const rig = await pipelineRig('server-4.3+job-lost');
    const { kubernetes, pipeline, clock } = rig.sandbox;
    for (const workload of ['distributor-dispatcher', 'docker-provisioner']) {
      expect([...pipeline.waiting()]).toHaveLength(3);
      for (const { name } of kubernetes.podsOf(workload) ?? []) kubernetes.deletePod(name);
      await clock.advance(60_000);
    }
    expect([...pipeline.waiting()]).toEqual([]);
  });

  it('logs a stack trace in the record of its error', async () => {
    const rig = await pipelineRig('server-4.3+schedulerer-error');
    const lines = (await rig.log('docker-provisioner')).trim().split('\n');
    const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(3);
    for (const { stacktrace } of errors) expect(stacktrace).toMatch(/\n\tat .*\nCaused by: /s);
  });
});

it('builds of server 4.2 reach the dispatcher first', async () => {
  const rig = await pipelineRig('server-4.2+idle');
  const { jobId } = rig.sandbox.pipeline.startBuild('acme', 'web');
  await rig.sandbox.clock.advance(5_000);
  expect(rig.sandbox.kubernetes.podsOf('legacy-dispatcher')).toBeNull();
  expect(await rig.log('schedulerer')).toMatch(
    new RegExp(`task-name=${jobId}.*:event_processor_uri "http://127.0.0.1:8585"`),
  );
  expect(await queues(rig)).toEqual(['run-queue\t0', 'nomad-tasks\t0']);
});

it('the Nomad of 4.x is reachable through any of its three server pods', async () => {
  const { sandbox } = await pipelineRig('server-4.3');
  expect(sandbox.kubernetes.podsOf('nomad-server')).toHaveLength(3);
  expect(sandbox.nomad.state.nodes.all()[0]?.version).toBe('1.4.568');
});
