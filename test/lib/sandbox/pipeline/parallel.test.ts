import { describe, expect, it } from 'vitest';
import { cli } from '../../../support/sandbox.ts';
import { type PipelineRig, pipelineRig } from './rig.ts';

/** The tasks that Nomad has of a build, by the number in the IDs of their jobs. */
function tasksOf({ sandbox }: PipelineRig, buildId: string): readonly string[] {
  const ids = sandbox.nomad.state.jobs.all().map(({ id }) => id);
  return ids.flatMap((id) => (id.startsWith(buildId) ? (id.split('-')[1] ?? []) : []));
}

it('a task is lost until both services have new pods, and does not come back', async () => {
  const rig = await pipelineRig('idle', { parallel: 2, faults: ['task-lost'], recent: 0 });
  const { clock, kubernetes, pipeline } = rig.sandbox;
  const start = async (): Promise<string> => {
    const { id } = pipeline.startBuild('acme', 'web');
    await clock.advance(5_000);
    return id;
  };
  const lost = await start();
  const tasks: (readonly string[])[] = [tasksOf(rig, lost)];
  for (const workload of ['schedulerer', 'dispatcher']) {
    kubernetes.deletePod(workload, 1);
    await clock.advance(30_000);
    tasks.push(tasksOf(rig, await start()));
  }
  expect([...tasks, tasksOf(rig, lost)]).toEqual([['0'], ['0'], ['0', '1'], ['0']]);
});

describe('a build of three parallel tasks', () => {
  it('is one build in the UI, and three jobs in Nomad and in the log', async () => {
    const rig = await pipelineRig('idle', { parallel: 3 });
    const { id, number } = rig.sandbox.pipeline.startBuild('acme', 'web');
    await rig.sandbox.clock.advance(5_000);
    expect(tasksOf(rig, id)).toEqual(['0', '1', '2']);
    const log = await rig.log('schedulerer');
    for (const task of [0, 1, 2]) expect(log).toContain(`task-name=${id}-${task}-build-acme-web-`);
    const [build] = await rig.recent();
    expect(build).toMatchObject({ build_num: number, status: 'running', parallel: 3 });
    expect((await rig.recent()).filter(({ build_num }) => build_num === number)).toHaveLength(1);
  });

  it('ends with the last of them', async () => {
    const rig = await pipelineRig('idle', { parallel: 2 });
    const { id } = rig.sandbox.pipeline.startBuild('acme', 'web');
    await rig.sandbox.clock.advance(5_000);
    const jobs = rig.sandbox.nomad.state.jobs.all().filter((job) => job.id.startsWith(id));
    for (const [index, job] of jobs.entries()) {
      rig.sandbox.nomad.finishBuild(job.id, 0);
      await rig.sandbox.clock.advance(2_000);
      const status = index === 0 ? 'running' : 'success';
      expect((await rig.recent())[0]).toMatchObject({ status });
    }
  });

  it.each(['idle', 'server-4.3+idle'])('is followed by each of them: %s', async (scenario) => {
    const rig = await pipelineRig(scenario, { parallel: 2, faults: ['task-lost'], recent: 0 });
    const { id, number } = rig.sandbox.pipeline.startBuild('acme', 'web');
    await rig.sandbox.clock.advance(120_000);
    expect(tasksOf(rig, id)).toEqual(['0']);
    expect((await rig.recent())[0]).toMatchObject({ status: 'running', parallel: 2 });
    const env = rig.sandbox.environment();
    const follow = async (name: string) => {
      const words = ['troubleshoot', 'build', name, '--json'];
      const { stdout, stderr, exitCode } = await cli(words, { env, clock: rig.sandbox.clock });
      return { exitCode, report: JSON.parse(exitCode === 5 ? stderr : stdout) };
    };
    const lost = { step: 'schedulerer-got', task: 1, what: 'not in its log' };
    expect(await follow(`acme/web/${number}`)).toMatchObject({
      report: { state: 'running', stoppedAt: lost, finding: { code: 'CQ0404' } },
    });
    expect(await follow(`acme/web/${number}:1`)).toMatchObject({
      report: { state: 'lost', stoppedAt: lost, finding: { code: 'CQ0404' } },
    });
    expect(await follow(`acme/web/${number}:0`)).toMatchObject({
      exitCode: 0,
      report: { state: 'running', stoppedAt: null },
    });
    expect(await follow(`acme/web/${number}:2`)).toMatchObject({
      exitCode: 5,
      report: { code: 'TASK_NOT_FOUND', message: expect.stringContaining('has 2 tasks (0, 1)') },
    });
  });
});
