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
  it('finds nothing where every client reaches everything', async () => {
    const { stdout, stderr, exitCode } = await check({}, ...DOMAIN, '--json');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const { checks, summary } = JSON.parse(stdout);
    expect(summary).toEqual({ clients: 3, ok: 24, failed: 0, skipped: 0 });
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
    ['refused', 7, 'the connection was refused, or there is no way there'],
    ['timeout', 28, 'no answer in time: what is sent is dropped'],
    ['no-such-name', 6, 'the name could not be looked up (DNS)'],
    ['tls-failure', 35, 'the TLS handshake failed'],
  ] as const)('explains curl where port 8585 is %s', async (situation, exit, meaning) => {
    const { stdout, exitCode } = await check({ [OUTPUT]: situation }, ...DOMAIN, '--json');
    expect(exitCode).toBe(9);
    const { checks, summary } = JSON.parse(stdout);
    expect(summary).toMatchObject({ failed: 3 });
    const failed = checks.filter(({ outcome }: { outcome: string }) => outcome === 'failed');
    for (const one of failed) {
      expect(one).toMatchObject({ port: 8585, exitCode: exit, meaning, hint: expect.any(String) });
    }
  });

  it('says that it could not check what it does not know the name of', async () => {
    const { stdout, exitCode } = await check({}, '--json');
    expect(exitCode).toBe(0);
    const { checks } = JSON.parse(stdout);
    expect(checks.find(({ port }: { port: number }) => port === 8585)).toMatchObject({
      outcome: 'skipped',
      meaning: expect.stringContaining('set baseDomain in the profile, or --base-domain'),
    });
  });

  it('counts a client that nobody can log in on, and fails where that is all of them', async () => {
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

  it('takes nothing but host names into a command line', async () => {
    const { stderr, exitCode } = await check({}, '--base-domain', 'x; reboot');
    expect(stderr).toContain('is no host name');
    expect(exitCode).toBe(2);
  });
});
