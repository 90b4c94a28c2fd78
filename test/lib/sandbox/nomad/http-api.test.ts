import { describe, expect, test } from 'vitest';
import { arrived, must, World } from './world.ts';

describe('blocking queries', () => {
  test('are held until something changes', async () => {
    await using world = await World.start({ clients: 2, builds: 0 });
    const index = world.nomad.state.nodes.index;
    let answered = false;
    const held = world.request(`/v1/nodes?index=${index}&wait=60s`).finally(() => {
      answered = true;
    });
    await arrived();
    world.nomad.submitJob();
    await arrived();
    expect(answered).toBe(false);
    world.nomad.setEligibility(world.node().id, false);
    const { headers, text } = await held;
    expect(Number(headers.get('x-nomad-index'))).toBeGreaterThan(index);
    expect(JSON.parse(text)[0].SchedulingEligibility).toBe('ineligible');
  });

  test('return after their wait plus a short random time', async () => {
    await using world = await World.start({ clients: 1, builds: 0 });
    let answered = false;
    const held = world.request('/v1/nodes?index=99999&wait=16s').finally(() => {
      answered = true;
    });
    await arrived();
    await world.clock.advance(15_999);
    await arrived();
    expect(answered).toBe(false);
    await world.clock.advance(1_001);
    expect((await held).status).toBe(200);
    expect(await world.request('/v1/nodes?index=1&wait=soon')).toMatchObject({
      status: 400,
      text: 'Invalid wait time',
    });
  });
});

describe('lists', () => {
  const ids = (text: string): readonly string[] =>
    JSON.parse(text).map(({ ID }: { ID: string }) => ID);

  test('have filters and pages from 1.3 on', async () => {
    await using world = await World.start({
      version: '1.7.7',
      clients: 5,
      builds: 0,
      nodes: [{ class: 'arm' }, { class: 'arm', attributes: { 'os.name': 'debian' } }],
    });
    const seen: string[] = [];
    for (let token = ''; ; ) {
      const page = await world.request(`/v1/nodes?per_page=2&next_token=${token}`);
      seen.push(...ids(page.text));
      token = page.headers.get('x-nomad-nexttoken') ?? '';
      if (token === '') break;
    }
    expect(seen).toEqual(world.nomad.state.nodes.all().map(({ id }) => id));
    const count = async (filter: string): Promise<number> => {
      const { text } = await world.request(`/v1/nodes?filter=${encodeURIComponent(filter)}`);
      return ids(text).length;
    };
    expect(await count('NodeClass == "arm"')).toBe(2);
    expect(await count('NodeClass != "arm" and Status == "ready"')).toBe(3);
    expect(await count('NodeClass == "arm" and Attributes["os.name"] == "debian"')).toBe(1);
    expect(await count('(Name matches "^ip-" or Name == "x") and not NodeClass == "arm"')).toBe(3);
    expect(await count('Attributes contains "no.such"')).toBe(0);
    expect((await world.request('/v1/nodes?filter=%3D%3D')).status).toBe(400);
  });

  test('are empty in a namespace that does not exist, except that of the clients', async () => {
    await using world = await World.start({ clients: 2, builds: 1 });
    expect(ids((await world.request('/v1/jobs?namespace=nope')).text)).toEqual([]);
    expect(ids((await world.request('/v1/nodes?namespace=nope')).text)).toHaveLength(2);
    const missing = await world.request('/v1/namespace/nope');
    expect(missing).toMatchObject({ status: 404, text: 'Namespace not found' });
    expect((await world.request('/v1/namespace/default')).status).toBe(200);
  });

  test('ignore parameters that an old release does not support', async () => {
    await using world = await World.start({ version: '0.11.8', clients: 3, builds: 2 });
    const { text, headers } = await world.request('/v1/nodes?per_page=1&filter=x&resources=true');
    expect(JSON.parse(text)).toHaveLength(3);
    expect(JSON.parse(text)[0]).not.toHaveProperty('NodeResources');
    expect(headers.has('x-nomad-nexttoken')).toBe(false);
    const [allocation] = JSON.parse(
      (await world.request('/v1/allocations?task_states=false')).text,
    );
    expect(allocation.TaskStates).not.toBeNull();
    expect(allocation).not.toHaveProperty('JobType');
    expect((await world.request('/v1/event/stream')).status).toBe(404);
  });

  test('contain exact nanoseconds', async () => {
    await using world = await World.start({ clients: 1, builds: 1 });
    const { text } = await world.request('/v1/allocations');
    const allocation = must(world.nomad.state.allocations.all()[0]);
    expect(allocation.createdAt).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
    expect(text).toContain(`"CreateTime":${allocation.createdAt},`);
  });
});

describe('errors', () => {
  test('are the same as in Nomad', async () => {
    await using world = await World.start({ clients: 1, builds: 0, version: '1.4.568-7ee1d6dec' });
    const { id } = world.node();
    const drain = `/v1/node/${id}/drain`;
    const cases: readonly (readonly [string, string, unknown, number, string])[] = [
      ['/v1/nodes', 'POST', {}, 405, 'Invalid method'],
      [drain, 'GET', undefined, 405, 'Invalid method'],
      ['/v1/nodes?region=mars', 'GET', undefined, 500, 'No path to region'],
      [
        '/v1/nodes?prefix=zz',
        'GET',
        undefined,
        500,
        "node lookup failed: index error: Invalid UUID: encoding/hex: invalid byte: U+007A 'z'",
      ],
      [
        '/v1/client/stats?node_id=12',
        'GET',
        undefined,
        500,
        'node lookup failed: index error: UUID must be 36 characters',
      ],
      ['/v1/metrics?format=prometheus', 'GET', undefined, 415, 'Prometheus is not enabled'],
    ];
    for (const [path, method, body, status, text] of cases) {
      expect(await world.request(path, method, body)).toMatchObject({ status, text });
    }
    const self = JSON.parse((await world.request('/v1/agent/self')).text);
    expect(self.config.Version).toMatchObject({
      Version: '1.4.568',
      VersionPrerelease: '7ee1d6dec',
    });
  });

  test('for a missing leader come after five seconds; stale reads do not wait', async () => {
    await using world = await World.start({ clients: 1, builds: 0, leader: false });
    const held = await world.requestOverTime('/v1/nodes', 5_000);
    expect(held).toMatchObject({ status: 500, text: 'No cluster leader' });
    const stale = await world.request('/v1/nodes?stale');
    expect(stale.status).toBe(200);
    expect(stale.headers.get('x-nomad-knownleader')).toBe('false');
    expect((await world.request('/v1/status/leader')).text).toBe('""');
    expect((await world.request('/v1/agent/health')).status).toBe(500);
    const cli = await world.cli(['node', 'status'], 6_000);
    expect(cli).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error querying node status: Unexpected response code: 500 (No cluster leader)\n',
    });
  });

  test('for a missing or wrong token', async () => {
    await using world = await World.start({ clients: 1, builds: 0, token: 'secret' });
    expect(await world.request('/v1/nodes')).toMatchObject({
      status: 403,
      text: 'Permission denied',
    });
    const ask = (token: string) =>
      fetch(world.url('/v1/nodes'), { headers: { 'X-Nomad-Token': token } });
    expect(await (await ask('other')).text()).toBe('ACL token not found');
    expect((await ask('secret')).status).toBe(200);
    expect(world.nomad.environment()['NOMAD_TOKEN']).toBe('secret');
  });
});

describe('log streams', () => {
  /** A running build whose log contains only what the test writes. */
  async function build(rotation = { maxFiles: 3, maxBytes: 100 }) {
    const world = await World.start({
      clients: 1,
      builds: 0,
      chatter: false,
      logRotation: rotation,
    });
    const job = world.nomad.submitJob().id;
    await world.clock.advance(1_000);
    const { id } = world.allocationOf(job);
    const path = `/v1/client/fs/logs/${id}?task=build-agent&type=stderr`;
    return { world, id, path };
  }

  interface Frame {
    readonly Data?: string;
    readonly File?: string;
    readonly FileEvent?: string;
    readonly Offset?: number;
  }

  const frames = (text: string): readonly Frame[] =>
    JSON.parse(`[${text.replaceAll('}{', '},{')}]`);

  test('continue across rotated files, from the start and from the end', async () => {
    const { world, id, path } = await build();
    await using _ = world;
    const lines = Array.from({ length: 20 }, (_value, at) => `line ${at}\n`).join('');
    world.nomad.appendLog(id, 'stderr', lines);
    const { text, headers } = await world.request(path);
    expect(headers.get('content-type')).toBe('application/json');
    const got = frames(text);
    expect(got.map(({ File }) => File)).toEqual([
      'alloc/logs/build-agent.stderr.0',
      'alloc/logs/build-agent.stderr.1',
    ]);
    expect(Buffer.concat(got.map(({ Data = '' }) => Buffer.from(Data, 'base64'))).toString()).toBe(
      lines,
    );
    expect(got[0]?.Offset).toBe(Buffer.from(got[0]?.Data ?? '', 'base64').length);
    const tail = await world.request(`${path}&plain=true&origin=end&offset=16`);
    expect(tail.text).toBe('line 18\nline 19\n');
    const middle = await world.request(`${path}&plain=true&origin=start&offset=100`);
    expect(middle.text).toBe(lines.slice(100));
  });

  test('follow with heartbeats, report deleted files, and end in raw text on an error', async () => {
    const { world, id, path } = await build();
    await using _ = world;
    world.nomad.appendLog(id, 'stderr', 'first\n');
    const response = await fetch(world.url(`${path}&follow=true`));
    const reader = must(response.body).getReader();
    const decoder = new TextDecoder();
    const read = async (): Promise<string> => decoder.decode((await reader.read()).value);
    expect(frames(await read())[0]?.Offset).toBe(6);
    await world.clock.advance(1_000);
    expect(await read()).toBe('{}');
    world.nomad.appendLog(id, 'stderr', 'second\n');
    expect(frames(await read())[0]).toMatchObject({
      Data: Buffer.from('second\n').toString('base64'),
      Offset: 13,
    });
    for (let i = 0; i < 3; i += 1) world.nomad.rotateLog(id, 'stderr');
    expect(frames(await read())[0]).toMatchObject({
      FileEvent: 'file deleted',
      File: 'alloc/logs/build-agent.stderr.0',
    });
    await reader.cancel();

    world.nomad.breakNextLogStream(id, 'rpc error: EOF');
    expect((await world.request(`${path}&follow=true`)).text).toMatch(/rpc error: EOF$/);
    world.nomad.collectLogs(id);
    expect(await world.request(path)).toMatchObject({
      status: 500,
      text: expect.stringMatching(/^failed to list entries: /),
    });
  });

  test('contain more output of the build agent as time passes', async () => {
    await using world = await World.start({ clients: 1, builds: 1, buildDurationMs: null });
    const allocation = must(world.nomad.state.allocations.all()[0]);
    const path = `/v1/client/fs/logs/${allocation.id}?task=build-agent&type=stderr&plain=true`;
    const before = (await world.request(path)).text;
    await world.clock.advance(10_000);
    const after = (await world.request(path)).text;
    expect(after.startsWith(before)).toBe(true);
    expect(after.slice(before.length).trim().split('\n')).toHaveLength(5);
    world.nomad.finishBuild(allocation.job.id, 1);
    expect((await world.request(path)).text).toMatch(/"msg":"build failed"\}\n$/);
  });
});

describe('the CLI', () => {
  test('shortens an ID prefix of odd length', async () => {
    await using world = await World.start({
      clients: 2,
      builds: 0,
      nodes: [
        { id: 'ff000000-0000-4000-8000-000000000001', name: 'meant' },
        { id: 'ff100000-0000-4000-8000-000000000002', name: 'other' },
      ],
    });
    const many = await world.cli(['node', 'drain', '-enable', '-yes', '-detach', 'ff0']);
    expect(many).toMatchObject({ code: 1, stdout: '' });
    expect(many.stderr).toMatch(/^Prefix matched multiple nodes\n\nID +DC +Name/);
    world.nomad.purgeNode('ff000000-0000-4000-8000-000000000001');
    const wrong = await world.cli(['node', 'drain', '-enable', '-yes', '-detach', 'ff0']);
    expect(wrong).toMatchObject({
      code: 0,
      stdout: 'Node "ff100000-0000-4000-8000-000000000002" drain strategy set\n',
    });
  });

  test('drains with a deadline of an hour by default, and watches on after a drain was cancelled', async () => {
    await using world = await World.start({ clients: 1, builds: 2, buildDurationMs: null });
    const node = world.node();
    world.clock.schedule(30_000, () => world.nomad.cancelDrain(node.id));
    const run = await world.cli(['node', 'drain', '-enable', '-yes', node.id], 20_000);
    expect(node.drain?.deadlineNs).toBe(3_600_000_000_000n);
    expect(run.code).toBe(1);
    const again = await world.cli(['node', 'drain', '-monitor', node.id], 20_000);
    expect(again.stdout).toContain(`Drain complete for node ${node.id}`);
    expect(again.stdout).not.toContain('have stopped');
    expect(again.code).toBe(1);
  });

  test('matches the output of each release', async () => {
    const text = async (version: string, argv: readonly string[]) => {
      await using world = await World.start({ version, clients: 1, builds: 1 });
      return await world.cli(argv);
    };
    expect((await text('1.7.7', ['node', 'status'])).stdout).toMatch(/^ID +Node Pool +DC +Name/);
    expect(JSON.parse((await text('1.7.7', ['job', 'status', '-json'])).stdout)).toHaveLength(1);
    expect(await text('1.4.2', ['job', 'status', '-json'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^flag provided but not defined: -json\nUsage: /),
    });
    expect((await text('1.2.0', ['eval', 'list', '-json'])).code).toBe(127);
    expect(JSON.parse((await text('1.3.0', ['eval', 'list', '-json'])).stdout)).toHaveLength(1);
    const raw = await text('1.3.0', ['operator', 'api', '/v1/jobs']);
    expect(JSON.parse(raw.stdout)).toHaveLength(1);
  });

  test('prints CRLF line endings on a terminal', async () => {
    await using world = await World.start({ clients: 1, builds: 0 });
    const run = await world.cli(['node', 'status', 'deadbeef'], 0, { tty: true });
    expect(run).toEqual({
      code: 1,
      stdout: 'No node(s) with prefix "deadbeef" found\r\n',
      stderr: '',
    });
  });
});

test('long lists, which are cached in pages, show every change', async () => {
  await using world = await World.start({ clients: 60, builds: 1_200, buildDurationMs: null });
  const { state } = world.nomad;
  const check = async (): Promise<void> => {
    const { text } = await world.request('/v1/allocations?task_states=false&resources=true');
    const listed = JSON.parse(text).map((one: Record<string, unknown>) => [
      one['ID'],
      one['ClientStatus'],
      one['ModifyIndex'],
    ]);
    expect(listed).toEqual(
      state.allocations.all().map((one) => [one.id, one.client, one.modifyIndex]),
    );
    const { text: jobs } = await world.request('/v1/jobs');
    const statuses = JSON.parse(jobs).map((one: Record<string, unknown>) => [
      one['ID'],
      one['Status'],
    ]);
    expect(statuses).toEqual(state.jobs.all().map((one) => [one.id, one.status]));
  };
  await check();
  const [first, second, third] = state.jobs.all();
  world.nomad.finishBuild(must(first).id, 1);
  await check();
  world.nomad.stopJob(must(second).id, true);
  world.nomad.submitJob({ id: must(third).id.replace(/./, 'f'), cpuMhz: 10, memoryMb: 10 });
  await check();
  world.nomad.drainNode(world.node().id, 'force');
  await world.clock.advance(10_000);
  await check();
  const other = await world.request('/v1/allocations?task_states=true');
  expect(JSON.parse(other.text)[0].TaskStates).not.toBeNull();
  await check();
});
