import { afterEach, describe, expect, it } from 'vitest';
import type { NomadNode } from '../../../src/lib/nomad/model.ts';
import { pass, type Rig, standing, startRig } from '../../lib/nomad/drain/drain-rig.ts';
import { type CliResult, startCli } from '../../support/cli.ts';

let open: Rig[] = [];
afterEach(async () => {
  await Promise.all(open.map((rig) => rig.stop()));
  open = [];
});

/** Creates two clients, one with a build that runs until the test finishes it. */
async function fleet() {
  const rig = await startRig({ clients: 2 });
  open.push(rig);
  const job = await rig.build(21);
  const busy = await rig.nodeOf(job);
  const idle = (await rig.nodes()).find((node) => node.id !== busy.id);
  if (!idle) throw new Error('two clients');
  rig.context.calls.reset();
  return { rig, busy, idle, finishBuild: () => rig.sandbox.finishBuild(job) };
}

/**
 * Runs a command while advancing the sandbox's clock.
 *
 * @param options `waiting` is called when the command says that it waits for a build
 */
async function run(
  rig: Rig,
  argv: readonly string[],
  { waiting, ...options }: { readonly signal?: AbortSignal; readonly waiting?: () => void } = {},
): Promise<CliResult> {
  const address = ['--nomad-address', `http://127.0.0.1:${rig.sandbox.port}`];
  const { runtime, result } = startCli(['nomad', ...argv, ...address], {
    clock: rig.clock,
    ...options,
  });
  const waits = [
    runtime.stderr.until('waits for 1 build'),
    runtime.stdout.until('"type":"waiting"'),
  ];
  if (waiting) void Promise.race(waits).then(waiting);
  const before = rig.context.calls.reads;
  let done = false;
  void result.finally(() => {
    done = true;
  });
  // Loading a command takes real time, during which the sandbox's clock must not advance.
  while (!done && rig.context.calls.reads === before) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  for (let second = 0; !done && second < 3_000; second += 1) await pass(rig.clock, 1);
  return result;
}

describe('nomad drain', () => {
  it('waits for the build and reports progress', async () => {
    const { rig, busy, finishBuild } = await fleet();
    const { stdout, stderr, exitCode } = await run(rig, ['drain', busy.name, '--yes'], {
      waiting: finishBuild,
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('acme-web 21');
    expect(stderr).toContain('none is killed');
    expect(stderr).toContain(`${busy.name}: waits for 1 build: acme-web 21`);
    expect(stderr).toContain(`${busy.name}: acme-web 21 has finished`);
    expect(stdout).toMatch(/drained +safe/);
  });

  it('warns if Nomad does not store the reason', async () => {
    const { rig, busy } = await fleet();
    const { stderr } = await run(rig, ['drain', busy.name, '--dry-run', '--reason', 'new image']);
    expect(stderr).toContain('Nomad 1.0.4 does not store the reason of a drain (1.1 and later do)');
    const without = await run(rig, ['drain', busy.name, '--dry-run']);
    expect(without.stderr).not.toContain('reason');
  });

  it('prints its report as one JSON document, also when it is run again', async () => {
    const { rig, busy } = await fleet();
    const killed = await run(rig, ['drain', busy.name, '--deadline', '1m', '--yes', '--json']);
    expect(killed.exitCode).toBe(10);
    expect(JSON.parse(killed.stdout)).toMatchObject({
      nodes: [{ id: busy.id, outcome: 'killed-builds', killedBuilds: [{ number: 21 }] }],
      deadlineMs: 60_000,
      exitCode: 10,
    });
    const again = await run(rig, ['drain', busy.name, '--yes', '--json']);
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      nodes: [{ id: busy.id, outcome: 'drained', safeToTerminate: true }],
    });
  });

  it('exits 10 for a client that is down: a build may still run on the machine', async () => {
    const { rig, idle } = await fleet();
    rig.sandbox.loseNode(idle.id);
    await pass(rig.clock, 60);
    for (const _ of ['when it is drained', 'and again']) {
      const { exitCode, stdout } = await run(rig, ['drain', idle.name, '--yes', '--json']);
      expect(exitCode).toBe(10);
      expect(JSON.parse(stdout)).toMatchObject({
        nodes: [{ outcome: 'drained', safeToTerminate: false }],
      });
    }
  });

  it('prints events as they happen and the report last', async () => {
    const { rig, busy, finishBuild } = await fleet();
    const { stdout } = await run(rig, ['node-drain', busy.id, '-y', '-o', 'ndjson'], {
      waiting: finishBuild,
    });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ type: 'ineligible', node: { id: busy.id, name: busy.name } });
    expect(lines.at(-1)).toMatchObject({ nodes: [{ outcome: 'drained' }], exitCode: 0 });
  });

  it('drains only the client that matches a prefix of odd length', async () => {
    const { rig, busy, idle } = await fleet();
    const prefix = busy.id.slice(0, 7);
    const { exitCode } = await run(rig, ['drain', prefix, '--detach', '--yes']);
    expect(exitCode).toBe(0);
    expect(await standing(rig, busy.id)).toMatchObject({ draining: true });
    expect(await standing(rig, idle.id)).toMatchObject({ draining: false, eligible: true });
  });

  it('drains the clients that match a selector, and succeeds if none matches', async () => {
    const { rig, busy, idle } = await fleet();
    expect((await run(rig, ['drain', '--idle', '--yes'])).exitCode).toBe(0);
    expect(await standing(rig, idle.id)).toMatchObject({ eligible: false });
    expect(await standing(rig, busy.id)).toMatchObject({ eligible: true, draining: false });
    const none = await run(rig, ['drain', '--class', 'arm', '--yes', '--json']);
    expect(none).toMatchObject({ exitCode: 0 });
    expect(none.stderr).toContain('No client matches the selection.');
    expect(JSON.parse(none.stdout)).toMatchObject({ nodes: [] });
  });

  it('cancels the drain with --disable', async () => {
    const { rig, busy } = await fleet();
    await run(rig, ['drain', busy.name, '--detach', '--yes']);
    const { exitCode } = await run(rig, ['drain', '--disable', busy.name, '--yes']);
    expect(exitCode).toBe(0);
    expect(await standing(rig, busy.id)).toEqual({ eligible: true, draining: false, live: 1 });
  });

  it('leaves the drain running on Ctrl-C and prints the command that cancels it', async () => {
    const { rig, busy } = await fleet();
    const abort = new AbortController();
    // Waits until the drain is set, however slow the machine is.
    const abortOnceSet = (): void => {
      const isSet = rig.context.calls.writes > 0;
      rig.clock.schedule(30_000, isSet ? () => abort.abort() : abortOnceSet);
    };
    abortOnceSet();
    const { stderr, exitCode } = await run(rig, ['drain', busy.name, '-y'], {
      signal: abort.signal,
    });
    expect(exitCode).toBe(6);
    expect(stderr).toContain(`The drains continue: ${busy.name}.`);
    const there = `--nomad-address http://127.0.0.1:${rig.sandbox.port}`;
    expect(stderr).toContain(`  circleci-admin nomad drain ${there} --disable ${busy.id}`);
    expect(await standing(rig, busy.id)).toMatchObject({ draining: true, live: 1 });
  });

  it('requires a typed name before it kills builds', async () => {
    const { rig, busy } = await fleet();
    const asked = await run(rig, ['drain', busy.name, '--force', '--yes']);
    expect(asked.exitCode).toBe(6);
    expect(asked.stderr).toContain('1 build will be killed at once: acme-web 21.');
    expect(asked.stderr).toContain(`--confirm ${busy.name}`);
    expect(rig.context.calls.writes).toBe(0);
    const done = await run(rig, ['drain', busy.name, '--force', '--confirm', busy.name]);
    expect(done.exitCode).toBe(0);
    expect(done.stdout).toContain('killed-by-drain');
  });

  type Argv = (nodes: { readonly busy: NomadNode }) => readonly string[];
  it.each<[string, Argv, number, string]>([
    ['no client', () => ['drain', '--yes'], 2, 'No client was named'],
    ['an unknown client', () => ['drain', 'ip-9', '--yes'], 5, '"ip-9"'],
    [
      'a name together with a selector',
      () => ['drain', 'ip', '--name', 'ip*', '--yes'],
      2,
      'names and selectors cannot be used together',
    ],
    [
      'a bad duration',
      ({ busy }) => ['drain', busy.name, '--deadline', 'soon', '--yes'],
      2,
      '"soon" is not a duration',
    ],
    [
      'a negative timeout',
      ({ busy }) => ['drain', busy.name, '--timeout=-5m', '--yes'],
      2,
      '"-5m" is not a duration',
    ],
    [
      'a deadline with force',
      ({ busy }) => ['drain', busy.name, '--deadline', '5m', '--force', '--yes'],
      2,
      '--deadline and --force cannot be used together',
    ],
    ['no terminal and no --yes', ({ busy }) => ['drain', busy.name], 6, '--yes'],
    ['every client without its name', () => ['drain', '--all', '--yes'], 6, '--confirm'],
    [
      'a read-only profile',
      ({ busy }) => ['drain', busy.name, '--yes', '--read-only'],
      6,
      'read-only',
    ],
    ['a dry run', ({ busy }) => ['drain', busy.name, '--dry-run'], 0, 'nothing was changed'],
    [
      'eligibility without a direction',
      ({ busy }) => ['eligibility', busy.name, '--yes'],
      2,
      '--enable or --disable',
    ],
  ])('changes nothing with %s', async (_name, argv, code, said) => {
    const { rig, busy } = await fleet();
    const { exitCode, stderr } = await run(rig, argv({ busy }));
    expect(exitCode).toBe(code);
    expect(stderr).toContain(said);
    expect(rig.context.calls.writes).toBe(0);
  });

  it('lists the matches of an ambiguous prefix and changes nothing', async () => {
    const rig = await startRig({ clients: 40 });
    open.push(rig);
    const nodes = await rig.nodes();
    const [first] = nodes;
    const same = nodes.filter((node) => node.id[0] === first?.id[0]);
    const prefix = first?.id.slice(0, 1) ?? '';
    const { exitCode, stderr } = await run(rig, ['drain', prefix, '--yes']);
    expect(same.length).toBeGreaterThan(1);
    expect(exitCode).toBe(2);
    for (const node of same.slice(0, 8)) expect(stderr).toContain(node.id);
    expect(rig.context.calls.writes).toBe(0);
  });
});

describe('nomad eligibility', () => {
  it('makes a client ineligible and eligible again', async () => {
    const { rig, busy } = await fleet();
    const closed = await run(rig, ['eligibility', busy.name, '--disable', '--yes', '--json']);
    expect(JSON.parse(closed.stdout)).toEqual({
      nodes: [
        {
          id: busy.id,
          name: busy.name,
          outcome: 'changed',
          eligible: false,
          draining: false,
          error: null,
        },
      ],
      exitCode: 0,
    });
    expect(await standing(rig, busy.id)).toEqual({ eligible: false, draining: false, live: 1 });
    await run(rig, ['eligibility', '--status', 'ineligible', '--enable', '--yes']);
    expect(await standing(rig, busy.id)).toMatchObject({ eligible: true });
    const again = await run(rig, ['eligibility', busy.name, '--enable', '--yes']);
    expect(again.stderr).toContain('Nothing to do');
  });
});
