import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeSnapshot } from '../../../src/lib/queue/snapshot/encode-snapshot.ts';
import type { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import type { Scenario } from '../../../src/lib/sandbox/scenario.ts';
import { findScenario } from '../../../src/lib/sandbox/scenarios/index.ts';
import { inUi, listed, snapshot } from '../../lib/queue/support/snapshot.ts';
import { cli, startCli, startSandbox, whileTimePasses } from '../../support/sandbox.ts';
import type { TestRuntimeOptions } from '../../support/test-runtime.ts';

const QUEUE = ['troubleshoot', 'queue'];

/**
 * Runs `troubleshoot queue` with timeouts that never fire, unless the test sets others. The clock
 * runs fast only if the command waits for a change; otherwise the gathered evidence would span
 * minutes and be inconsistent.
 */
function queue(
  sandbox: Sandbox,
  words: readonly string[],
  more: TestRuntimeOptions = {},
): ReturnType<typeof cli> {
  const { clock } = sandbox;
  const env = { ...sandbox.environment(), ...more.env };
  const limits = ['--limit', '1d', '--request-timeout', '1d'];
  const run = () => cli([...QUEUE, ...limits, ...words], { ...more, env, clock });
  const waits = words.includes('--fix') || words.includes('--trigger');
  return whileTimePasses(clock, run, waits ? 20 : 1);
}

/** Returns the names of the pods for which a deletion was requested. */
function deleted(sandbox: Sandbox): readonly string[] {
  return sandbox.calls
    .recent()
    .filter(({ method }) => method === 'DELETE')
    .map(({ path }) => (path.split('/').at(-1) ?? '').replace(/\?.*$/, ''));
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'circleci-admin-queue-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

describe('troubleshoot queue', () => {
  it('shows the tree and finds nothing in a healthy installation', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    const { stdout, exitCode } = await queue(sandbox, ['--no-color'], {
      tty: true,
      env: { LANG: 'en_US.UTF-8' },
    });
    expect(exitCode).toBe(0);
    const steps = stdout.split('\n').filter((line) => line.startsWith('✔'));
    expect(steps.map((line) => line.slice(2).split('  ')[0])).toEqual([
      'pods',
      ...['legacy-dispatcher', 'dispatcher', 'schedulerer'],
      ...['nomad', 'clients', 'jobs', 'rabbitmq', 'output-processor', 'output port', 'server'],
    ]);
    expect(steps.filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/^✔ dispatcher .*builds in 30m, last/m);
    expect(stdout).toMatch(/^Verdict: Builds get through/m);
    expect(sandbox.calls.writes).toBe(0);
  });

  it('suggests --trigger for an idle pipeline, which may also be losing jobs', async () => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    const { stdout, exitCode } = await queue(sandbox, ['--json']);
    const { verdict, findings } = JSON.parse(stdout);
    expect({ exitCode, findings, state: verdict.state }).toEqual({
      exitCode: 0,
      findings: [],
      state: 'idle',
    });
    expect(verdict.next).toBe('circleci-admin troubleshoot queue --trigger ORG/REPO');
  });

  it('suggests commands with the flags that select the same installation', async () => {
    const sandbox = await startSandbox({ scenario: 'job-lost' });
    const { KUBECONFIG = '' } = sandbox.environment();
    const words = ['--kubeconfig', KUBECONFIG, '--context', 'circleci-sandbox'];
    const place = ` --context circleci-sandbox --kubeconfig ${KUBECONFIG}`;
    const { stdout } = await queue(sandbox, [...words, '--json']);
    const { verdict, findings } = JSON.parse(stdout);
    expect(verdict.next).toBe(`circleci-admin troubleshoot queue --fix${place}`);
    for (const command of findings[0].remedy.commands) expect(command.endsWith(place)).toBe(true);
    const shown = await queue(sandbox, [...words, '--no-color'], { tty: true });
    expect(shown.stdout).toContain(`Next: ${verdict.next}\n`);
  });

  it('prints the verdict to standard error if there are no rows', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    const { stdout, stderr } = await queue(sandbox, []);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Verdict: Builds get through: .*\n$/);
    const unasked = await queue(sandbox, [], { env: { CIRCLE_TOKEN: undefined } });
    expect(unasked.stderr).toMatch(/^The server's own queues were not checked: .*\nVerdict: /);
  });

  it('shows a finding caused by another one without its remedy', async () => {
    const sandbox = await startSandbox({ scenario: 'schedulerer-error' });
    const short = await queue(sandbox, ['--no-color'], { tty: true });
    const [, cause = '', effect = ''] = short.stdout.split(/\n. CQ/);
    expect(cause).toContain('circleci-admin pods restart schedulerer');
    expect(effect).toMatch(/^0403 .*\n +\(caused by CQ0401: fix that first\)\n/);
    expect(effect.split('Verdict:')[0]).not.toContain('circleci-admin');
    const wide = await queue(sandbox, ['--no-color', '-o', 'wide'], { tty: true });
    expect(wide.stdout.split(/\n. CQ0403/)[1]).toContain('circleci-admin pods restart schedulerer');
  });

  it('keeps the keys of its JSON', async () => {
    const sandbox = await startSandbox({ scenario: 'job-lost' });
    const { stdout, stderr, exitCode } = await queue(sandbox, ['--json']);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 9 });
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual([
      'installation',
      'takenAt',
      'windowMs',
      'pipeline',
      'verdict',
      'steps',
      'findings',
      'notes',
    ]);
    expect(Object.keys(document.verdict)).toEqual(['state', 'text', 'cause', 'waiting', 'next']);
    const [finding] = document.findings;
    expect(Object.keys(finding).sort()).toEqual(
      [
        'builds',
        'causedBy',
        'code',
        'evidence',
        'fixable',
        'place',
        'ref',
        'remedy',
        'severity',
        'subject',
        'title',
      ].sort(),
    );
    expect(finding).toMatchObject({ code: 'CQ0202', fixable: true, causedBy: null });
    const line = finding.evidence.find((proof: { kind: string }) => proof.kind === 'line');
    expect(line).toMatchObject({
      pod: expect.stringMatching(/^legacy-dispatcher-/),
      text: expect.stringContaining('forwarded to run-queue; build-name='),
    });
    const piped = await queue(sandbox, []);
    expect(piped.stdout.split('\t').slice(0, 2)).toEqual(['CQ0202', 'error']);
  });

  it.each([
    [['--since', '0s'], 2, 'BAD_DURATION'],
    [['--limit', '0s'], 2, 'BAD_DURATION'],
    [['--save', '/nonexistent/queue.json'], 7, 'SNAPSHOT_FILE'],
    [['--save', tmpdir()], 7, 'SNAPSHOT_FILE'],
    [['--save', '-'], 7, 'SNAPSHOT_FILE'],
  ])('rejects %j before sending a request', async (words, exitCode, code) => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    sandbox.calls.reset();
    const result = await cli([...QUEUE, ...words, '--json'], { env: sandbox.environment() });
    expect(result).toMatchObject({ stdout: '', exitCode });
    expect(JSON.parse(result.stderr)).toMatchObject({ code, hint: expect.any(String) });
    expect(sandbox.calls.recent()).toEqual([]);
  });

  it('rejects conflicting flags before sending a request', async () => {
    const sandbox = await startSandbox();
    for (const words of [
      ['--fix', '--watch'],
      ['--trigger', 'acme'],
      ['--branch', 'main'],
    ]) {
      expect(await queue(sandbox, [...words, '--yes'])).toMatchObject({ stdout: '', exitCode: 2 });
    }
    expect(sandbox.calls.recent()).toEqual([]);
  });
});

describe('a missing installation', () => {
  const without = { NOMAD_ADDR: '', CIRCLECI_ADMIN_NOMAD_ADDRESS: '' };
  it.each([
    ['a kubeconfig that does not exist', ['--kubeconfig', '/nonexistent'], 'NO_KUBECONFIG'],
    ['a context that does not exist', ['--context', 'elsewhere'], 'CONTEXT_NOT_FOUND'],
    ['a namespace that does not exist', ['--namespace', 'circlecy'], 'NAMESPACE_NOT_FOUND'],
  ])('is an error and not a finding: %s', async (_name, words, code) => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    for (const command of [[...QUEUE], ['troubleshoot', 'build', 'acme/web/26']]) {
      const { KUBECONFIG = '' } = sandbox.environment();
      const env = { KUBECONFIG, ...without };
      const { stdout, stderr, exitCode } = await cli([...command, ...words, '--json'], { env });
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 5 });
      expect(JSON.parse(stderr)).toMatchObject({ code, hint: expect.any(String) });
    }
  });

  it('is an error and not a finding: rejected credentials', async () => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    const { KUBECONFIG = '' } = sandbox.environment();
    const file = join(await folder(), 'kubeconfig');
    const text = await readFile(KUBECONFIG, 'utf8');
    await writeFile(file, text.replace(/token: .*/g, 'token: expired'), { mode: 0o600 });
    const { stderr, exitCode } = await cli([...QUEUE, '--json'], { env: { KUBECONFIG: file } });
    expect(JSON.parse(stderr)).toMatchObject({ code: 'KUBERNETES_UNAUTHORIZED' });
    expect(exitCode).toBe(3);
  });
});

const DELETES_BOTH = {
  how: 'delete',
  targets: [{ name: 'dispatcher' }, { name: 'legacy-dispatcher' }],
};

describe('troubleshoot queue --fix', () => {
  it('deletes exactly the two pods, waits until they are ready, and has no findings afterwards', async () => {
    const sandbox = await startSandbox({ scenario: 'job-lost' });
    const names = ['legacy-dispatcher', 'dispatcher'].map(
      (workload) => sandbox.kubernetes.pod(workload).metadata.name,
    );
    const { stdout, exitCode } = await queue(sandbox, ['--fix', '--yes', '--json']);
    expect(exitCode).toBe(0);
    expect([...deleted(sandbox)].sort()).toEqual(names.sort());
    const { before, codes, plan, restart, after, ...more } = JSON.parse(stdout);
    expect({ codes, plan, more }).toMatchObject({
      codes: ['CQ0202'],
      plan: DELETES_BOTH,
      more: {},
    });
    expect(before.verdict.cause).toBe('CQ0202');
    expect(restart.targets.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'ready',
      'ready',
    ]);
    expect(after.findings).toEqual([]);
    // The builds that were lost had a moment to come through.
    expect(after.verdict.waiting).toBe(0);
  });

  it('shows the plan with --dry-run, and requires --yes without a terminal', async () => {
    const sandbox = await startSandbox({ scenario: 'job-lost' });
    const planned = await queue(sandbox, ['--fix', '--dry-run', '--json']);
    expect(planned.exitCode).toBe(0);
    expect(JSON.parse(planned.stdout)).toMatchObject({
      ...{ before: { verdict: { cause: 'CQ0202' } }, codes: ['CQ0202'], plan: DELETES_BOTH },
      ...{ restart: null, after: null },
    });
    expect(await queue(sandbox, ['--fix'])).toMatchObject({ stdout: '', exitCode: 6 });
    expect(await queue(sandbox, ['--fix', '--yes', '--read-only'])).toMatchObject({ exitCode: 6 });
    expect(deleted(sandbox)).toEqual([]);
  });

  it('reports that the findings are not fixed if not all pods were replaced', async () => {
    const sandbox = await startSandbox({ scenario: 'job-lost' });
    const { name } = sandbox.kubernetes.pod('legacy-dispatcher').metadata;
    const fault = { kind: 'status', status: 500, body: 'no' } as const;
    sandbox.faults.add({ method: 'DELETE', path: `/pods/${name}`, fault });
    const { stdout, exitCode } = await queue(sandbox, ['--fix', '--yes', '--no-color'], {
      tty: { stdout: true },
    });
    expect(exitCode).toBe(10);
    expect(stdout).toMatch(/\nNot fixed: .*\n/);
    expect(stdout).not.toContain('Fixed: CQ0202');
  });

  it('names the missing permission and changes nothing', async () => {
    const sandbox = await startSandbox({ scenario: withoutDelete(findScenario('job-lost')) });
    const result = await queue(sandbox, ['--fix', '--yes', '--json']);
    expect(JSON.parse(result.stderr)).toMatchObject({
      code: 'KUBERNETES_FORBIDDEN',
      exitCode: 3,
      message: expect.stringContaining('delete pods'),
      ref: 'docs/permissions.md',
    });
    const told = await queue(sandbox, ['--fix', '--yes']);
    expect(told.stderr).toMatch(/\nSee circleci-admin help permissions\n$/);
    expect(deleted(sandbox)).toEqual([]);
    expect(sandbox.kubernetes.pod('dispatcher').metadata).not.toHaveProperty('deletionTimestamp');
  });

  it('changes nothing if the guide has no remedy', async () => {
    const sandbox = await startSandbox({ scenario: 'too-large' });
    const { stdout, exitCode } = await queue(sandbox, ['--fix', '--yes', '--json']);
    expect(exitCode).toBe(9);
    const before = { verdict: { cause: 'CQ0602' } };
    const nothing = { codes: [], plan: null, restart: null, after: null };
    expect(JSON.parse(stdout)).toMatchObject({ before, ...nothing });
    const shown = await queue(sandbox, ['--fix'], { tty: true });
    expect(shown.stderr).toContain('Nothing was changed: --fix cannot fix these findings.');
    expect(deleted(sandbox)).toEqual([]);
  });
});

/** Replaces the first user by one that can only read and exec. */
function withoutDelete(scenario: Scenario): Scenario {
  const rules = [
    { verbs: ['get', 'list', 'watch'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['create'], apiGroups: [''], resources: ['pods/exec', 'pods/proxy'] },
    { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['*'] },
  ];
  const user = { name: 'reader', token: 'sandbox-reader', rules };
  return { ...scenario, kubernetes: { ...scenario.kubernetes, users: [user] } };
}

describe('troubleshoot queue --trigger', () => {
  it('starts a build after confirmation and reports how far it got', async () => {
    const sandbox = await startSandbox({ scenario: 'idle' });
    expect(await queue(sandbox, ['--trigger', 'acme/web'])).toMatchObject({ exitCode: 6 });
    expect(sandbox.calls.writes).toBe(0);
    const { stdout, exitCode } = await queue(sandbox, ['--trigger', 'acme/web', '-y', '--json']);
    expect(exitCode).toBe(0);
    const { started, diagnosis } = JSON.parse(stdout);
    expect(started).toMatchObject({ project: 'acme/web', number: expect.any(Number) });
    expect(diagnosis.verdict.state).toBe('healthy');
    expect(diagnosis.verdict.text).toContain(`acme/web/${started.number}`);
  });

  it('names the cause of a lost build', async () => {
    const scenario = {
      ...findScenario('job-lost'),
      pipeline: { faults: ['job-lost' as const], recent: 0 },
    };
    const sandbox = await startSandbox({ scenario });
    const { stdout, exitCode } = await queue(sandbox, ['--trigger', 'acme/web', '-y', '--json']);
    const { started, diagnosis } = JSON.parse(stdout);
    expect(exitCode).toBe(9);
    expect(diagnosis.findings[0]).toMatchObject({
      code: 'CQ0202',
      builds: [`acme/web/${started.number}`],
    });
  });
});

describe('troubleshoot queue --save and --from', () => {
  it('has the same diagnosis from a saved snapshot, without an installation', async () => {
    const sandbox = await startSandbox({ scenario: 'schedulerer-error' });
    const file = join(await folder(), 'queue.json');
    const live = await queue(sandbox, ['--save', file, '--json']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const later = await cli([...QUEUE, '--from', file, '--json']);
    expect(later.exitCode).toBe(9);
    expect(JSON.parse(later.stdout)).toEqual(JSON.parse(live.stdout));
    const { takenAt } = JSON.parse(live.stdout);
    const piped = await cli([...QUEUE, '--from', '-', '--json'], {
      stdin: await readFile(file, 'utf8'),
    });
    expect(piped).toEqual(later);
    const shown = await cli([...QUEUE, '--from', file], { tty: true });
    const minute = takenAt.slice(0, 16).replace('T', ' ');
    expect(shown.stdout).toContain(`\nEvidence of ${minute} UTC, from ${file}\n`);
    const secrets = [sandbox.environment()['CIRCLE_TOKEN'] ?? 'none', 'sandbox-administrator'];
    const saved = await readFile(file, 'utf8');
    for (const secret of secrets) expect(saved).not.toContain(secret);
  });

  it('exits 9 if the saved evidence is not enough for a verdict', async () => {
    const file = join(await folder(), 'queue.json');
    const ill = { server: { builds: listed(inUi('acme/web/42', 'queued', 3_000_000)) } };
    await writeFile(file, encodeSnapshot(snapshot(ill)));
    const { stdout, exitCode } = await cli([...QUEUE, '--from', file, '--json']);
    const { verdict, findings } = JSON.parse(stdout);
    expect({ exitCode, state: verdict.state }).toEqual({ exitCode: 9, state: 'unknown' });
    expect(findings).toMatchObject([{ code: 'CQ0902', builds: ['acme/web/42'] }]);
  });

  it('reports an invalid and a missing file', async () => {
    const file = join(await folder(), 'other.json');
    await writeFile(file, '{"kind":"something else"}');
    const bad = await cli([...QUEUE, '--from', file, '--json']);
    expect(JSON.parse(bad.stderr)).toMatchObject({ code: 'BAD_SNAPSHOT', exitCode: 7 });
    const missing = await cli([...QUEUE, '--from', `${file}.not`, '--json']);
    expect(JSON.parse(missing.stderr)).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND', exitCode: 5 });
  });
});

describe('troubleshoot queue --watch', () => {
  it('prints one document per diagnosis until Ctrl-C', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    const controller = new AbortController();
    const options = { env: sandbox.environment(), clock: sandbox.clock };
    const { runtime, result } = startCli([...QUEUE, '--watch', '--json'], {
      ...options,
      signal: controller.signal,
    });
    await runtime.stdout.until('\n');
    while (!/\n.*\n/.test(runtime.stdout.text)) {
      await sandbox.clock.advance(100);
      await setImmediate();
    }
    controller.abort();
    const { stdout, exitCode } = await result;
    expect(exitCode).toBe(0);
    const looks = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(looks.length).toBeGreaterThanOrEqual(2);
    expect(looks[0].findings).toEqual([]);
    const apart = Date.parse(looks[1].takenAt) - Date.parse(looks[0].takenAt);
    expect(apart).toBeGreaterThanOrEqual(15_000);
  });

  it('prints the verdict beside the findings if piped, because there may be none', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    const controller = new AbortController();
    const options = { env: sandbox.environment(), clock: sandbox.clock, signal: controller.signal };
    const { runtime, result } = startCli([...QUEUE, '--watch'], options);
    await runtime.stderr.until('Verdict: Builds get through');
    controller.abort();
    expect(await result).toMatchObject({ stdout: '', exitCode: 0 });
  });
});

describe('builds that are queued for longer than the default window of logs', () => {
  it('are found in a longer window', async () => {
    const sandbox = await startSandbox({ scenario: 'job-lost' });
    await sandbox.clock.advance(50 * 60_000);
    const { stdout, exitCode } = await queue(sandbox, ['--json']);
    const { findings, windowMs } = JSON.parse(stdout);
    expect({ exitCode, first: findings[0]?.code }).toEqual({ exitCode: 9, first: 'CQ0202' });
    expect(windowMs).toBeGreaterThan(50 * 60_000);
  });
});
