import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import { SERVER_ADMIN_TOKEN } from '../../../src/lib/sandbox/server/scenario.ts';
import { cli, startSandbox } from '../../support/sandbox.ts';
import type { TestRuntimeOptions } from '../../support/test-runtime.ts';

const cache = (...words: readonly string[]) => cli(['troubleshoot', 'cache', ...words]);

describe('troubleshoot cache', () => {
  it.each([
    ['620MB', 620_000_000, 'too-large', 9],
    ['1.2GiB', 1_288_490_189, 'too-large', 9],
    ['500000001', 500_000_001, 'too-large', 9],
    ['500 MB', 500_000_000, 'ok', 0],
    ['0.4g', 400_000_000, 'ok', 0],
    ['0.001 TB', 1_000_000_000, 'too-large', 9],
  ])('judges %s', async (size, sizeBytes, verdict, exitCode) => {
    const { stdout, ...ended } = await cache(size, '--json');
    expect(ended).toEqual({ stderr: '', exitCode });
    expect(JSON.parse(stdout)).toMatchObject({ sizeBytes, limitBytes: 500_000_000, verdict });
  });

  it('shows by how much the cache is too large, in the unit of the rule', async () => {
    const { stdout } = await cache('620MB', '-o', 'table');
    expect(stdout).toMatch(
      /^Size +620 MB\nLimit +500 MB\nVerdict +too large\nWhy +120 MB over 500 MB: /,
    );
  });

  it.each([
    ['large', 'BAD_SIZE', '620MB'],
    ['99999999999999999999GB', 'BAD_SIZE', '620MB'],
    ['12 parsecs', 'BAD_SIZE', '620MB'],
    ['79843', 'BUILD_OR_SIZE', 'ORG/REPO/79843; for a size, its unit: 79843B'],
    ['acme/api', 'BAD_BUILD', 'org/repo/number'],
    ['https://circleci.example.com/gh/acme', 'BAD_BUILD', 'org/repo/number'],
    ['acme/api/21', 'NO_SERVER_HOST', 'config set host'],
    ['https://circleci.example.com/gh/acme/api/21', 'NO_SERVER_HOST', 'config set host'],
    ['000000000000000000000000', 'BUILD_PROJECT_NEEDED', 'org/repo/number'],
    ['6007ca6352718c10b1227a57-0-build-acme-api-21', 'BUILD_PROJECT_NEEDED', 'org/repo/number'],
  ])('has a hint about what to give instead of %s', async (text, code, hint) => {
    const { stdout, stderr, exitCode } = await cache(text, '--json');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(JSON.parse(stderr)).toMatchObject({ code, hint: expect.stringContaining(hint) });
  });
});

describe('troubleshoot cache BUILD', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ scenario: 'demo' });
  });
  afterAll(() => sandbox.stop());
  beforeEach(() => {
    sandbox.calls.reset();
    sandbox.faults.clear();
  });

  const judge = (words: readonly string[], more: TestRuntimeOptions = {}) =>
    cli(['troubleshoot', 'cache', ...words], {
      ...more,
      env: { ...sandbox.environment(), ...more.env },
    });

  it('shows each cache, and exits with 9 if one is too large', async () => {
    const { stdout, stderr, exitCode } = await judge(['acme/mobile-app/1', '-o', 'table']);
    expect(stdout).toMatch(
      /^TASK +STEP +KEY +SIZE +VERDICT\n +0 +Fetch pods +pods-v3-\S+ +650\.2 MB +too large\n/,
    );
    expect(stderr).toMatch(/^Fetch pods, Saving cache: 150\.2 MB over 500 MB: .+ Split it into /);
    expect(exitCode).toBe(9);
  });

  it('prints one document with --json, and one row per cache to a pipe', async () => {
    const { stdout, exitCode } = await judge(['acme/mobile-app/1', '--json']);
    expect(exitCode).toBe(9);
    expect(JSON.parse(stdout)).toEqual({
      build: 'acme/mobile-app/1',
      url: expect.stringContaining('/gh/acme/mobile-app/1'),
      status: expect.any(String),
      ended: true,
      limitBytes: 500_000_000,
      verdict: 'too-large',
      caches: [
        {
          task: 0,
          step: 102,
          name: 'Fetch pods',
          action: 'restore',
          key: expect.stringContaining('pods-v3-'),
          sizeBytes: 650_117_120,
          verdict: 'too-large',
          explanation: expect.any(String),
          remedy: expect.any(String),
        },
        expect.objectContaining({ step: 104, action: 'save', verdict: 'too-large' }),
      ],
      passedOver: 0,
      undecided: 0,
      unread: 0,
    });
    const piped = await judge(['acme/mobile-app/1', '--columns', 'task,name,sizeBytes']);
    expect(piped.stdout).toBe('0\tFetch pods\t650117120\n0\tSaving cache\t650117120\n');
  });

  it('reports a build without a cache to unpack', async () => {
    const { stdout, stderr, exitCode } = await judge(['acme/payments-api/1', '-o', 'table']);
    expect(stdout).toMatch(/Restoring cache +- +- +no cache\n.*Saving cache .*237 MB +ok\n/);
    expect({ stderr, exitCode }).toEqual({
      stderr: 'Restoring cache: No cache was found for its keys: nothing was unpacked.\n',
      exitCode: 0,
    });
  });

  it('accepts the ID of a running build, and notes that it has not ended', async () => {
    const listed = await cli(['nomad', 'status', '--status', 'running', '--columns', 'id'], {
      env: sandbox.environment(),
    });
    const [job = ''] = listed.stdout.split('\n');
    for (const name of [job, job.slice(0, 24)]) {
      const { stdout, stderr, exitCode } = await judge([name, '--json']);
      expect(exitCode).toBe(JSON.parse(stdout).verdict === 'too-large' ? 9 : 0);
      expect(JSON.parse(stdout)).toMatchObject({ ended: false, caches: [{ action: 'restore' }] });
      expect(stderr).toContain('is not finished');
    }
  });

  it('sends the token only to the server, and shows no signature', async () => {
    const { stdout, stderr } = await judge(['acme/mobile-app/1', '--debug', '-o', 'table']);
    const to = (service: string) => sandbox.calls.recent().filter((one) => one.service === service);
    expect(to('storage')).toHaveLength(2);
    expect(to('storage').flatMap((one) => one.credentials)).toEqual([]);
    expect(to('server').map((one) => one.credentials)).toEqual([[SERVER_ADMIN_TOKEN]]);
    expect(stderr).toContain('/action-output/acme-mobile-app-1-102-0?[secret]');
    expect(stdout + stderr).not.toMatch(/Signature/);
  });

  it('exits with 10 if the output of some steps cannot be read', async () => {
    const gone = { kind: 'status', status: 404 } as const;
    sandbox.faults.add({ service: 'storage', path: '104-0', fault: gone });
    const { stdout, stderr, exitCode } = await judge(['acme/payments-api/1', '-o', 'table']);
    expect(stdout).toMatch(/Saving cache +- +- +unknown\n/);
    expect(stderr).toMatch(/Saving cache: Its output could not be read: it is no longer stored on/);
    expect(exitCode).toBe(10);
  });

  it.each([
    [['acme/mobile-app/99999'], {}, 5, 'BUILD_NOT_FOUND'],
    [['nobody/nothing/1'], {}, 5, 'BUILD_NOT_FOUND'],
    [['acme/mobile-app/1:7'], {}, 5, 'TASK_NOT_FOUND'],
    [['acme/mobile-app/1'], { CIRCLE_TOKEN: 'stale-token' }, 3, 'SERVER_UNAUTHORIZED'],
    [['acme/mobile-app/1'], { CIRCLE_TOKEN: undefined }, 3, 'NO_SERVER_TOKEN'],
    [['acme/mobile-app/1'], { CIRCLE_HOST: 'https://127.0.0.1:1' }, 4, 'UNREACHABLE'],
  ])('%j with %j exits with %i', async (words, env, exitCode, code) => {
    const failed = await judge([...words, '--json'], { env });
    expect(failed).toMatchObject({ stdout: '', exitCode });
    expect(JSON.parse(failed.stderr)).toMatchObject({ code, hint: expect.any(String) });
  });

  it('refuses the build of another server, and reads none of its output', async () => {
    const path = '/gh/acme/mobile-app/1';
    const other = await judge([`http://evil.example.com${path}`, '--json']);
    expect(other).toMatchObject({ stdout: '', exitCode: 6 });
    expect(JSON.parse(other.stderr)).toMatchObject({
      code: 'OTHER_SERVER',
      hint: expect.stringContaining('acme/mobile-app/1'),
    });
    expect(sandbox.calls.recent().filter(({ service }) => service === 'storage')).toEqual([]);
    expect((await judge([`https://circleci.example.com${path}`])).exitCode).toBe(9);
  });

  it.each([
    ['is truncated', { kind: 'truncate', bytes: 20 }],
    ['is a 500', { kind: 'status', status: 500 }],
  ] as const)('exits with 4 if the response of the storage %s', async (_, fault) => {
    sandbox.faults.add({ service: 'storage', fault });
    const { stdout, stderr, exitCode } = await judge(['acme/mobile-app/1', '--json']);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 4 });
    expect(stderr).not.toMatch(/Signature/);
  });
});
