import { describe, expect, test } from 'vitest';
import { must, World } from './world.ts';

const SECOND = 1_000_000_000;

/** Starts two large clients with one build on the first. */
async function cluster(version = '1.0.4', type: 'batch' | 'service' = 'batch') {
  const world = await World.start({ version, clients: 2, builds: 0 });
  const job = world.nomad.submitJob({ type }).id;
  await world.clock.advance(1_000);
  const allocation = world.allocationOf(job);
  const node = must(world.nomad.state.nodes.get(allocation.nodeId));
  const post = (spec: unknown, more: object = {}) =>
    world.request(`/v1/node/${node.id}/drain`, 'POST', { DrainSpec: spec, ...more });
  const read = async () => JSON.parse((await world.request(`/v1/node/${node.id}`)).text);
  return { world, job, allocation, node, post, read };
}

describe('a drain', () => {
  test('without a deadline waits for its builds', async () => {
    const { world, job, allocation, node, post, read } = await cluster();
    await using _ = world;
    await post({ Deadline: 0 });
    await world.clock.advance(86_400_000);
    expect(allocation.client).toBe('running');
    expect(await read()).toMatchObject({
      Drain: true,
      SchedulingEligibility: 'ineligible',
      DrainStrategy: { Deadline: 0, ForceDeadline: null },
    });
    world.nomad.finishBuild(job);
    await world.clock.advance(100);
    expect(allocation).toMatchObject({ client: 'complete', desired: 'run', migrate: false });
    expect(await read()).toMatchObject({ Drain: false, DrainStrategy: null });
    expect(node.eligible).toBe(false);
    expect(node.events.at(-1)).toMatchObject({ message: 'Node drain complete', details: null });
  });

  test('kills at its deadline and completes before the build has ended, and the build restarts', async () => {
    const { world, job, allocation, node, post } = await cluster();
    await using _ = world;
    await post({ Deadline: 10 * SECOND });
    await world.clock.advance(10_999);
    expect(allocation.migrate).toBe(false);
    while (!allocation.migrate) await world.clock.advance(100);
    await world.clock.advance(100);
    expect(node.drain).toBeNull();
    expect(node.events.at(-1)?.details).toEqual({ deadline_reached: 'true' });
    expect(allocation).toMatchObject({ client: 'running', desired: 'stop' });
    const next = world.allocationOf(job);
    expect(next).toMatchObject({ client: 'pending', previous: allocation.id, tasks: null });
    await world.clock.advance(6_000);
    expect(allocation).toMatchObject({
      client: 'complete',
      clientDescription: 'All tasks have completed',
    });
    expect(allocation.tasks?.[0]?.events.map(({ type }) => type)).toEqual([
      'Received',
      'Task Setup',
      'Started',
      'Killing',
      'Terminated',
      'Killed',
    ]);
    expect(next.nodeId).not.toBe(node.id);
    expect(next.client).toBe('running');
    expect(world.nomad.state.jobs.get(job)?.status).toBe('running');
  });

  test.each([
    ['1.10.2', 2],
    ['1.10.4', 2],
    ['1.11.3', 1],
  ])('of %s leaves a killed build with %i allocations', async (version, count) => {
    const { world, job, post } = await cluster(version);
    await using _ = world;
    await post({ Deadline: -1 });
    await world.clock.advance(60_000);
    expect(world.nomad.state.allocationsOfJob(job)).toHaveLength(count);
    expect(world.nomad.state.jobs.get(job)?.status).toBe(count === 1 ? 'dead' : 'running');
  });

  test('loses its builds silently if no other client has room', async () => {
    const { world, job, post } = await cluster();
    await using _ = world;
    for (const node of world.nomad.state.nodes.all()) world.nomad.setEligibility(node.id, false);
    await post({ Deadline: -1 });
    await world.clock.advance(2_000);
    expect(world.nomad.state.jobs.get(job)?.status).toBe('pending');
    await world.clock.advance(10_000);
    expect(world.nomad.state.jobs.get(job)?.status).toBe('dead');
    expect(world.nomad.state.allocationsOfJob(job)).toHaveLength(1);
  });

  test('restarts its deadline when it is requested again', async () => {
    const { world, allocation, node, post } = await cluster();
    await using _ = world;
    await post({ Deadline: 10 * SECOND });
    await world.clock.advance(9_000);
    await post({ Deadline: 10 * SECOND });
    await world.clock.advance(10_000);
    expect(allocation.migrate).toBe(false);
    expect(node.events.at(-1)?.message).toBe('Node drain stategy updated');
    await world.clock.advance(6_000);
    expect(allocation.migrate).toBe(true);
  });

  test('can be cancelled with or without restoring eligibility', async () => {
    const { world, node, post } = await cluster('1.1.2');
    await using _ = world;
    await post({ Deadline: 0 }, { Meta: { message: 'new image' } });
    expect(node.lastDrain).toMatchObject({ status: 'draining', meta: { message: 'new image' } });
    const path = `/v1/node/${node.id}/eligibility`;
    const refused = await world.request(path, 'POST', { Eligibility: 'eligible' });
    expect(refused).toMatchObject({
      status: 500,
      text: "can not set node's scheduling eligibility to eligible while it is draining",
    });
    await post(null);
    expect(node).toMatchObject({ eligible: false, drain: null, lastDrain: { status: 'canceled' } });
    await post({ Deadline: 0 });
    const reply = JSON.parse((await post(null, { MarkEligible: true })).text);
    expect(node.eligible).toBe(true);
    expect(reply.EvalIDs).toHaveLength(1);
  });

  test('migrates services at once; until 1.5.4 it completes before they have stopped', async () => {
    for (const [version, early] of [
      ['1.0.4', true],
      ['1.5.4', false],
    ] as const) {
      const { world, allocation, node, post } = await cluster(version, 'service');
      await using _ = world;
      await post({ Deadline: 3_600 * SECOND });
      await world.clock.advance(1_000);
      expect(allocation).toMatchObject({ migrate: true, desired: 'stop', client: 'running' });
      expect(node.drain === null).toBe(early);
      await world.clock.advance(6_000);
      expect(node.drain).toBeNull();
    }
  });

  test('completes at once on an empty client, and on a lost client when it is down', async () => {
    const { world, node, post } = await cluster();
    await using _ = world;
    const empty = must(world.nomad.state.nodes.all().find(({ id }) => id !== node.id));
    world.nomad.drainNode(empty.id, 3_600_000);
    await world.clock.advance(100);
    expect(empty).toMatchObject({ drain: null, eligible: false });
    await post({ Deadline: 0 });
    world.nomad.loseNode(node.id);
    await world.clock.advance(29_000);
    expect(node).toMatchObject({ status: 'down', drain: null });
  });
});

describe('a lost client', () => {
  test('stays ready for about 25 seconds; then its builds are lost and start on another client', async () => {
    const { world, job, allocation, node } = await cluster();
    await using _ = world;
    world.nomad.loseNode(node.id);
    await world.clock.advance(20_000);
    expect(node.status).toBe('ready');
    const logs = `/v1/client/fs/logs/${allocation.id}?task=build-agent&type=stderr&plain=true`;
    expect(await world.request(logs)).toMatchObject({ status: 404, text: 'No path to node' });
    await world.clock.advance(9_000);
    expect(node).toMatchObject({ status: 'down', eligible: true });
    expect(allocation).toMatchObject({ client: 'lost', desired: 'stop' });
    expect(world.allocationOf(job)).toMatchObject({ previous: allocation.id, client: 'running' });
    world.nomad.restoreNode(node.id);
    await world.clock.advance(10_000);
    expect(node.status).toBe('ready');
    expect(allocation.client).toBe('complete');
  });

  test('loses no builds if it returns in time', async () => {
    const { world, allocation, node, job } = await cluster();
    await using _ = world;
    world.nomad.loseNode(node.id);
    await world.clock.advance(5_000);
    world.nomad.finishBuild(job);
    expect(allocation.client).toBe('running');
    await world.clock.advance(5_000);
    world.nomad.restoreNode(node.id);
    expect(allocation.client).toBe('complete');
    await world.clock.advance(60_000);
    expect(node.status).toBe('ready');
  });
});

describe('a job that cannot be placed', () => {
  test('is placed as soon as there is room', async () => {
    await using world = await World.start({ clients: 1, builds: 0 });
    const size = { cpuMhz: world.node().cpuMhz };
    const first = world.nomad.submitJob(size).id;
    const second = world.nomad.submitJob(size).id;
    await world.clock.advance(1_000);
    expect(world.nomad.state.jobs.get(second)?.status).toBe('pending');
    world.nomad.finishBuild(first);
    await world.clock.advance(1_000);
    expect(world.allocationOf(second).client).toBe('running');
    const blocked = world.nomad.state.evaluationsOfJob(second);
    expect(blocked.map(({ status }) => status)).toEqual(['complete', 'complete']);
  });

  test.each([
    ['full', { DimensionExhausted: { cpu: 3 }, NodesExhausted: 3 }],
    ['memory', { DimensionExhausted: { memory: 3 }, NodesExhausted: 3 }],
    ['too-large', { DimensionExhausted: { cpu: 3 } }],
    ['class', { ClassFiltered: { 'linux-64bit': 3 }, NodesFiltered: 3 }],
    ['driver', { ConstraintFiltered: { 'missing drivers': 1, 'computed class ineligible': 2 } }],
    ['no-nodes', { NodesEvaluated: 0, NodesAvailable: { elsewhere: 0 } }],
  ] as const)('for the cause %s says so', async (cause, expected) => {
    await using world = await World.start({ clients: 3, builds: 2, pending: [{ cause }] });
    const job = must(world.nomad.state.jobs.all().find(({ status }) => status === 'pending'));
    const { text } = await world.request(`/v1/job/${job.id}/evaluations`);
    const failed = JSON.parse(text).find((one: { FailedTGAllocs?: unknown }) => one.FailedTGAllocs);
    expect(failed.FailedTGAllocs.build).toMatchObject(expected);
  });
});
