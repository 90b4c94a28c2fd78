import { describe, expect, it } from 'vitest';
import type { PortSituation } from '../../../src/lib/sandbox/ssh/scenario.ts';
import { cli, startSandbox } from '../../support/sandbox.ts';

const OUTPUT = 'output.prod.circleci.internal:8585';
const WORDS = [
  'troubleshoot',
  'connectivity',
  '--server-domain',
  'circleci.example.com',
  '--github',
  'github.com',
];
const CLIENTS = ['--from', 'clients'];
const DOMAIN = ['--base-domain', 'prod.circleci.internal'];

async function check(ports: Readonly<Record<string, PortSituation>>, ...words: readonly string[]) {
  const sandbox = await startSandbox({
    scenario: {
      name: 'lab',
      summary: 'A lab',
      nomad: { clients: 3 },
      kubernetes: {},
      ssh: { ports },
    },
  });
  const env = sandbox.environment();
  const result = await cli([...WORDS, ...words], { env });
  return { ...result, sandbox, env };
}

describe('troubleshoot connectivity', () => {
  it('exits with 0 if every client reaches everything', async () => {
    const { stdout, stderr, exitCode } = await check({}, ...CLIENTS, ...DOMAIN, '--json');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const { checks, summary } = JSON.parse(stdout);
    expect(summary).toEqual({ clients: 3, services: 0, ok: 24, failed: 0, skipped: 0 });
    const first = checks
      .slice(0, 8)
      .map((one: Record<string, unknown>) => [
        one['check'],
        one['host'],
        one['port'],
        one['outcome'],
      ]);
    expect(first).toEqual([
      ['dns', 'output.prod.circleci.internal', null, 'ok'],
      ['dns', 'circleci.example.com', null, 'ok'],
      ['dns', 'github.com', null, 'ok'],
      ['output-processor', 'output.prod.circleci.internal', 8585, 'ok'],
      ['server', 'circleci.example.com', 443, 'ok'],
      ['github-api', 'github.com', 443, 'ok'],
      ['github-api', 'github.com', 80, 'ok'],
      ['github-git', 'github.com', 22, 'ok'],
    ]);
  });

  it.each([
    ['refused', 7, 'the connection was refused, or no route to the host'],
    ['timeout', 28, 'timed out: packets are being dropped (usually a firewall)'],
    ['no-such-name', 6, 'the DNS lookup failed'],
    ['tls-failure', 35, 'the TLS handshake failed'],
  ] as const)(
    'explains the exit code of curl if port 8585 is %s',
    async (situation, exit, meaning) => {
      const { stdout, exitCode } = await check(
        { [OUTPUT]: situation },
        ...CLIENTS,
        ...DOMAIN,
        '--json',
      );
      expect(exitCode).toBe(9);
      const { checks, summary } = JSON.parse(stdout);
      expect(summary).toMatchObject({ failed: 3 });
      const failed = checks.filter(({ outcome }: { outcome: string }) => outcome === 'failed');
      for (const one of failed) {
        expect(one).toMatchObject({
          port: 8585,
          exitCode: exit,
          meaning,
          hint: expect.any(String),
        });
      }
    },
  );

  it('skips a check whose host name is unknown', async () => {
    const { env } = await check({}, ...CLIENTS);
    const noCluster = { ...env, KUBECONFIG: '/nonexistent/kubeconfig' };
    const { stdout, exitCode } = await cli([...WORDS, ...CLIENTS, '--json'], { env: noCluster });
    expect(exitCode).toBe(0);
    const { checks } = JSON.parse(stdout);
    expect(checks.find(({ port }: { port: number }) => port === 8585)).toMatchObject({
      outcome: 'skipped',
      meaning: expect.stringContaining('set baseDomain in the profile, or --base-domain'),
    });
  });

  it('reports a client without SSH as failed, and throws if there is no other client', async () => {
    const { sandbox, env } = await check({});
    const [{ id }, { name }] = JSON.parse(
      (await cli(['nomad', 'node-status', '--json'], { env })).stdout,
    ).clients;
    sandbox.nomad.loseNode(id);
    sandbox.clock.advance(60_000);
    const both = await cli([...WORDS, '--json', id, name], { env });
    expect(both.exitCode).toBe(9);
    const { checks, summary } = JSON.parse(both.stdout);
    expect(summary).toMatchObject({ clients: 2, failed: 1 });
    expect(checks[0]).toMatchObject({ check: 'ssh', clientId: id, exitCode: null });
    const alone = await cli([...WORDS, '--json', id], { env });
    expect(JSON.parse(alone.stderr)).toMatchObject({ code: 'SSH_UNREACHABLE', exitCode: 4 });
  });

  it("reads the output-processor's address from the log of schedulerer", async () => {
    const { sandbox, env } = await check({ 'output.blue.circleci.internal:9595': 'refused' });
    sandbox.kubernetes.appendLog(
      'schedulerer',
      undefined,
      '2026-03-02T08:59:59.553+0000 [] [pool-43-thread-13] INFO schedulerer.core got task message; task={:event_processor_uri "http://output.blue.circleci.internal:9595"}',
    );
    const { stdout } = await cli([...WORDS, ...CLIENTS, '--json'], { env });
    const { checks } = JSON.parse(stdout);
    expect(
      checks.find(({ check: name }: { check: string }) => name === 'output-processor'),
    ).toMatchObject({ host: 'output.blue.circleci.internal', port: 9595, outcome: 'failed' });
  });

  it('checks from one ready pod of every service with dependencies', async () => {
    const { stdout, exitCode } = await check({}, '--json', '--from', 'services');
    expect(exitCode).toBe(0);
    const { checks, summary } = JSON.parse(stdout);
    expect(summary).toEqual({ clients: 0, services: 4, ok: 18, failed: 0, skipped: 0 });
    const asked = checks.map((one: Record<string, unknown>) =>
      [one['service'], one['check'], one['host'], one['port']].join(' '),
    );
    expect(asked).toContain('frontend nomad circleci-nomad 4646');
    expect(asked).toContain('frontend github-api github.com 443');
    expect(asked).toContain('schedulerer nomad circleci-nomad 4646');
    expect(asked).toContain('dispatcher rabbitmq circleci-rabbitmq 5672');
    expect(asked).toContain('legacy-dispatcher redis circleci-redis-master 6379');
    expect(checks[0]).toMatchObject({ client: null, pod: expect.stringMatching(/^frontend-/) });
  });

  it('exits with 9 if a service cannot reach another, and shows which', async () => {
    const sandbox = await startSandbox({
      scenario: {
        name: 'lab',
        summary: 'A lab',
        nomad: { clients: 1 },
        kubernetes: { ports: { 'circleci-rabbitmq:5672': 'refused', 'circleci-vault': 'timeout' } },
      },
    });
    const env = sandbox.environment();
    const { stdout, exitCode } = await cli([...WORDS, '--json'], { env });
    expect(exitCode).toBe(9);
    const { checks, summary } = JSON.parse(stdout);
    expect(summary).toMatchObject({ clients: 1, services: 4, failed: 6 });
    const failed = checks.flatMap((one: Record<string, unknown>) =>
      one['outcome'] === 'failed' ? [`${one['service']} ${one['check']} ${one['exitCode']}`] : [],
    );
    expect(failed).toEqual(
      ['legacy-dispatcher', 'dispatcher', 'schedulerer'].flatMap((service) => [
        `${service} rabbitmq 1`,
        `${service} vault 1`,
      ]),
    );
    const table = await cli([...WORDS, '-o', 'table'], { env });
    expect(table.stdout).toMatch(
      /From 1 client and 4 services: \d+ reachable, 6 not reachable, \d+ not checked/,
    );
    expect(table.stdout).toContain('allow the port in the network policy or firewall.');
  });

  it('skips clients with a note if SSH is not configured', async () => {
    const { env } = await check({}, '--from', 'services');
    const without = Object.fromEntries(
      Object.entries(env).filter(([name]) => !name.startsWith('CIRCLECI_ADMIN_SSH')),
    );
    const { stdout, stderr, exitCode } = await cli([...WORDS, '-o', 'table'], { env: without });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('Clients are skipped: SSH is not configured.');
    expect(stdout).toContain('From 4 services: ');
    const both = await cli([...WORDS, 'some-client', '--from', 'services', '--json'], { env });
    expect(JSON.parse(both.stderr)).toMatchObject({ code: 'CONFLICTING_FLAGS', exitCode: 2 });
  });

  it('keeps the results of the services if the clients cannot be checked', async () => {
    const { env } = await check({}, '--from', 'services');
    const broken = { ...env, CIRCLECI_ADMIN_SSH_USER: 'root' };
    const { stdout, stderr, exitCode } = await cli([...WORDS, '-o', 'table'], { env: broken });
    expect(exitCode).toBe(10);
    expect(stderr).toContain('No results from clients: ');
    expect(stdout).toContain('From 4 services: ');
  });

  it('fails if no client is up', async () => {
    const { env, sandbox } = await check({}, '--from', 'services');
    for (const { id } of JSON.parse((await cli(['nomad', 'node-status', '--json'], { env })).stdout)
      .clients)
      sandbox.nomad.loseNode(id);
    sandbox.clock.advance(60_000);
    const alone = await cli([...WORDS, ...CLIENTS, '--json'], { env });
    expect(JSON.parse(alone.stderr)).toMatchObject({ code: 'NO_CLIENTS', exitCode: 5 });
    const both = await cli([...WORDS, '-o', 'table'], { env });
    expect(both.stderr).toContain('clients: Nomad has no client that is up');
    expect(both.exitCode).toBe(10);
  });

  it('rejects an invalid host name, which would become part of a command line', async () => {
    const { stderr, exitCode } = await check({}, '--base-domain', 'x; reboot');
    expect(stderr).toContain('is not a valid host name');
    expect(exitCode).toBe(2);
  });
});
