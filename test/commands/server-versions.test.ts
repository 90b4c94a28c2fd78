import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INSTALLATION_4_3 } from '../../src/lib/sandbox/kubernetes/services-4x.ts';
import type { Sandbox } from '../../src/lib/sandbox/sandbox.ts';
import { findScenario } from '../../src/lib/sandbox/scenarios/index.ts';
import { cli, startSandbox, whileTimePasses } from '../support/sandbox.ts';
import { World } from '../support/world.ts';

const TERMINAL = { tty: true, LANG: 'en_US.UTF-8' };

/** Runs a command in a sandbox, with limits that never end it. */
function run(
  sandbox: Sandbox,
  words: readonly string[],
  {
    tty = false,
    rate = 1,
    ...env
  }: { tty?: boolean; rate?: number } & Record<string, unknown> = {},
) {
  const all = { ...sandbox.environment(), ...(env as Record<string, string>) };
  const { clock } = sandbox;
  const limits = words[1] === 'queue' ? ['--limit', '1d', '--request-timeout', '1d'] : [];
  const command = [...words, ...limits];
  return whileTimePasses(clock, () => cli(command, { env: all, clock, tty }), rate);
}

describe('server 4.3', () => {
  it.each([
    ['pods restart dispatcher --yes', 'distributor', 'pods restart distributor'],
    ['pods logs schedulerer', 'docker-provisioner', 'pods logs docker-provisioner'],
    // The pods that a followed log would wait for never come.
    ['pods logs deploy/dispatcher --follow', 'distributor', 'pods logs distributor'],
    ['pods describe vm-service', 'machine-provisioner', 'pods describe machine-provisioner'],
    ['pods list --service output-processor', 'output and step', 'pods list output'],
  ])('names the service that replaced another: %s', async (line, names, command) => {
    const sandbox = await startSandbox({ scenario: 'server-4.3' });
    const { stderr, exitCode } = await run(sandbox, line.split(' '));
    expect(exitCode).toBe(5);
    expect(stderr).toContain(`servers since 4.3 have ${names} in its place`);
    expect(stderr).toContain(`Run instead: circleci-admin ${command}`);
  });

  it('is shown with its own services as the steps of a build', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3' });
    const { stdout, exitCode } = await run(
      sandbox,
      ['troubleshoot', 'queue', '--no-color'],
      TERMINAL,
    );
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n');
    const steps = lines.filter((line) => line.startsWith('✔'));
    expect(steps.map((line) => line.slice(2).split('  ')[0])).toEqual([
      ...['pods', 'distributor', 'docker-provisioner', 'nomad', 'clients', 'jobs', 'rabbitmq'],
      ...['output', 'output port', 'server'],
    ]);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain('output port         web address reachable from 3 of 3 clients');
  });

  it('keeps the IDs of the steps in JSON, and gives their names beside them', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3+schedulerer-error' });
    const { stdout, exitCode } = await run(sandbox, ['troubleshoot', 'queue', '--json']);
    expect(exitCode).toBe(9);
    const { pipeline, steps, findings } = JSON.parse(stdout);
    expect(pipeline).toBe('distributor');
    expect(steps).toContainEqual(
      expect.objectContaining({ step: 'schedulerer', name: 'docker-provisioner', state: 'broken' }),
    );
    expect(findings[0]).toMatchObject({
      ...{ code: 'CQ0401', place: 'schedulerer', subject: 'docker-provisioner' },
      title: expect.stringMatching(/^docker-provisioner logs errors: .*NullPointerException/),
      remedy: {
        commands: expect.arrayContaining(['circleci-admin pods restart docker-provisioner']),
      },
    });
  });

  it('has its errors found by the command of the remedy, whose levels are in lower case', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3+output-broken' });
    const found = await run(sandbox, ['troubleshoot', 'queue', '--json']);
    const [{ code, remedy }] = JSON.parse(found.stdout).findings;
    const words = remedy.commands[0].replaceAll("'", '').split(' ').slice(1);
    const { stdout } = await run(sandbox, words);
    expect({ code, found: stdout.includes('"level":"error"') }).toEqual({
      code: 'CQ0702',
      found: true,
    });
  });

  it('has a lost build followed to where it was lost, and found again by the remedy', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3+job-lost' });
    const found = await run(sandbox, ['troubleshoot', 'queue', '--json']);
    const [{ builds, remedy, evidence }] = JSON.parse(found.stdout).findings;
    expect(JSON.parse(evidence[0].text)).toMatchObject({ level: 'info', 'build-url': /./ });
    const seen = await run(sandbox, ['troubleshoot', 'queue', '--output', 'table'], {});
    expect(seen.stdout).toContain('| INFO Build is using resource class; build-url=https:');
    const build = await run(sandbox, ['troubleshoot', 'build', builds[0], '--json']);
    expect(build.exitCode).toBe(9);
    expect(JSON.parse(build.stdout)).toMatchObject({
      ...{ pipeline: 'distributor', state: 'lost', finding: { code: 'CQ0303' } },
      stoppedAt: { step: 'schedulerer-got', place: 'schedulerer' },
    });
    const shown = await run(sandbox, ['troubleshoot', 'build', builds[0], '--no-color'], TERMINAL);
    expect(shown.stdout).toMatch(/^State +lost: stuck at docker-provisioner for/m);
    expect(shown.stdout).toMatch(/ distributor +computed its tasks\n/);
    const [command = ''] = remedy.commands;
    expect(command).toBe('circleci-admin pods restart distributor docker-provisioner');
    const restart = await run(sandbox, [...command.split(' ').slice(1), '--yes'], { rate: 20 });
    expect(restart.exitCode).toBe(0);
    await sandbox.clock.advance(60_000);
    expect((await run(sandbox, ['troubleshoot', 'queue', '--json'])).exitCode).toBe(0);
  });

  it('mends nothing that the operations guide does not know', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3+job-lost' });
    const { stderr, exitCode } = await run(sandbox, ['troubleshoot', 'queue', '--fix', '--yes']);
    expect(stderr).toContain('--fix cannot fix these findings');
    expect(exitCode).toBe(9);
    expect(sandbox.calls.writes).toBe(0);
  });

  it('has a build that was started followed to Nomad', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3+idle' });
    const words = ['troubleshoot', 'queue', '--trigger', 'acme/web', '--yes', '--json'];
    const { stdout, exitCode } = await run(sandbox, words, { rate: 20 });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).diagnosis.verdict.text).toMatch(
      /Builds get through: acme\/web\/\d+ reached Nomad/,
    );
  });

  it('is asked for the way of its version from the clients, with and without a profile', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3+port-8585-blocked' });
    for (const version of ['', '4.8', '3.0']) {
      const env = version === '' ? {} : { CIRCLECI_ADMIN_SERVER_VERSION: version };
      const words = ['troubleshoot', 'connectivity', '--from', 'clients', '--json'];
      const { stdout, exitCode } = await run(sandbox, words, env);
      expect(exitCode).toBe(9);
      const { checks } = JSON.parse(stdout);
      const of = (check: string) => checks.filter((one: { check: string }) => one.check === check);
      expect(of('output-processor')[0]).toMatchObject({
        outcome: 'skipped',
        meaning: 'clients of server 4.3 and later do not use port 8585',
      });
      expect(of('server')[0]).toMatchObject({ outcome: 'failed', exitCode: 28 });
      expect(of('github-api')[0]).toMatchObject({ outcome: 'ok' });
    }
  });

  it('has its services listed, and is told from the version of the profile', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3' });
    const list = async (version: string) => {
      const env = { CIRCLECI_ADMIN_SERVER_VERSION: version };
      const { stdout } = await run(sandbox, ['services', 'list', '--json'], env);
      return JSON.parse(stdout);
    };
    const right = await list('4.3');
    expect(right).toMatchObject({ notes: [], summary: { outages: 0 }, notHere: [] });
    const wrong = await list('3.0');
    expect(wrong).toMatchObject({ version: '3.0', summary: { outages: 0 } });
    expect(wrong.notes).toEqual([expect.stringMatching(/docker-provisioner and output are here/)]);
    const text = await run(sandbox, ['services', 'list', '--no-color'], {
      ...TERMINAL,
      CIRCLECI_ADMIN_SERVER_VERSION: '3.0',
    });
    expect(text.stdout.replace(/\s+/g, ' ')).toContain('The profile says server 3.0, but docker-');
  });

  it('tells what took the place of a service that the operations guide names', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3' });
    const { stdout } = await run(sandbox, ['services', 'show', 'schedulerer'], TERMINAL);
    expect(stdout).toMatch(/^Instead +docker-provisioner from server 4\.3 on$/m);
    const older = await startSandbox();
    const shown = await run(older, ['services', 'show', 'distributor'], TERMINAL);
    expect(shown.stdout).toMatch(/^Instead +dispatcher before server 4\.3$/m);
  });

  it('is set up as what it is', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3' });
    const { stdout } = await run(sandbox, ['init', '--dry-run', '--json']);
    const { settings, missing } = JSON.parse(stdout);
    const named = (key: string) => settings.find((one: { key: string }) => one.key === key);
    expect(named('version')).toMatchObject({ value: '4.3' });
    expect(named('nomad.pod')).toMatchObject({ value: 'nomad-server-0' });
    expect(missing.map(({ key }: { key: string }) => key)).not.toContain('baseDomain');
  });

  it('has its Nomad reached through a server pod of 4.x', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.3' });
    for (const access of ['proxy', 'port-forward', 'exec']) {
      const words = ['nomad', 'node-status', '--json', '--nomad-access', access];
      const { stdout, exitCode } = await run(sandbox, words);
      expect(exitCode, access).toBe(0);
      expect(JSON.parse(stdout).clients).toHaveLength(5);
    }
  });
});

describe('a server whose services have other names than is known', () => {
  it('is missing one, until the services file of the profile names it', async () => {
    const base = findScenario('server-4.3');
    const pods = INSTALLATION_4_3.map((spec) =>
      spec.name === 'docker-provisioner' ? { ...spec, name: 'container-provisioner' } : spec,
    );
    await using world = await World.open({ scenario: { ...base, kubernetes: { pods } } });
    const limits = ['--limit', '1d', '--request-timeout', '1d'];
    const words = ['troubleshoot', 'queue', '--json', ...limits];
    const unknown = await world.cli(words);
    expect(JSON.parse(unknown.stdout).findings[0]).toMatchObject({
      ...{ code: 'CQ0106', title: 'docker-provisioner has no pod' },
    });
    const file = join(world.home, 'services.yaml');
    await writeFile(file, '- name: docker-provisioner\n  workloads: [container-provisioner]\n');
    await world.writeProfile('services:', `  file: ${file}`);
    const told = await world.cli(words);
    expect(JSON.parse(told.stdout)).toMatchObject({ pipeline: 'distributor', findings: [] });
  });
});

describe('server 4.2', () => {
  it('has no legacy-dispatcher, and its distributor is no stage', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.2+job-lost' });
    const { stdout } = await run(sandbox, ['troubleshoot', 'queue', '--json']);
    const { pipeline, steps, findings } = JSON.parse(stdout);
    expect(pipeline).toBe('dispatcher');
    expect(steps.map(({ step }: { step: string }) => step)).not.toContain('legacy-dispatcher');
    expect(findings).toMatchObject([
      {
        code: 'CQ0303',
        remedy: { commands: ['circleci-admin pods restart dispatcher scheduler'] },
      },
    ]);
  });

  it('has its output-processor behind the address of the server', async () => {
    const sandbox = await startSandbox({ scenario: 'server-4.2+port-8585-blocked' });
    const { stdout } = await run(sandbox, ['troubleshoot', 'queue', '--json']);
    expect(JSON.parse(stdout).findings[0]).toMatchObject({
      code: 'CQ0703',
      title: 'the output-processor cannot be reached from 3 of 3 clients: 127.0.0.1:8585',
    });
  });
});
