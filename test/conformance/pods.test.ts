import { execFile, execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/lib/sandbox/sandbox.ts';
import { findScenario } from '../../src/lib/sandbox/scenarios/index.ts';
import { cli, startSandbox } from '../support/sandbox.ts';

const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';

/** Whether kubectl is installed; if not, prints a line on stderr. */
function hasKubectl(): boolean {
  try {
    execFileSync(KUBECTL, ['version', '--client']);
    return true;
  } catch (error) {
    process.stderr.write(`skipped: no kubectl (${KUBECTL}): ${String(error).split('\n')[0]}\n`);
    return false;
  }
}

/** Returns a function that runs kubectl against a sandbox and returns its output. */
function kubectlFor(sandbox: Sandbox): (...words: readonly string[]) => Promise<string> {
  const { KUBECONFIG } = sandbox.environment();
  // Without HOME, kubectl writes its cache into the current directory.
  const env = { PATH: process.env['PATH'], HOME: tmpdir(), KUBECONFIG, NO_PROXY: '*' };
  return async (...words) =>
    (await promisify(execFile)(KUBECTL, [...words], { env, maxBuffer: 1 << 28 })).stdout;
}

/**
 * Returns NAME, READY, STATUS and RESTARTS of every pod, as printed by kubectl and by this tool.
 */
async function podsOfBoth(sandbox: Sandbox) {
  const printed = await kubectlFor(sandbox)('get', 'pods', '--no-headers');
  const theirs = linesOf(printed).map((line) => line.split(/\s+/).slice(0, 4));
  const columns = 'name,ready,status,restarts';
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const { stdout } = await cli(['pods', 'list', '--columns', columns, '-o', 'tsv'], options);
  const ours = linesOf(stdout).map((line) => line.split('\t'));
  return { ours, theirs: theirs.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)) };
}

/** Returns the log of a pod in kubectl's format with timestamps, from this tool's JSON output. */
async function ownLog(sandbox: Sandbox, pod: string, flags: readonly string[]): Promise<string> {
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const { stdout } = await cli(['pods', 'logs', pod, '--json', ...flags], options);
  const lines: readonly { time: string; text: string }[] = JSON.parse(stdout);
  return lines.map(({ time, text }) => `${time} ${text}\n`).join('');
}

const linesOf = (text: string): readonly string[] => text.trim().split('\n').filter(Boolean);

describe.skipIf(!hasKubectl())('compared with kubectl', () => {
  test('pods, statuses and logs are the same', async () => {
    const sandbox = await startSandbox();
    const { kubernetes } = sandbox;
    kubernetes.addPod({ name: 'crasher', situation: 'crash-loop', exitCode: 3 });
    kubernetes.addPod({ name: 'backup', situation: 'image-missing' });
    kubernetes.addPod({ name: 'large', situation: 'unschedulable', cpu: '500' });
    kubernetes.setReady('frontend', false);
    await sandbox.clock.advance(90_000);
    const { ours, theirs } = await podsOfBoth(sandbox);
    expect(ours).toEqual(theirs);
    const kubectl = kubectlFor(sandbox);
    const pod = kubernetes.pod('dispatcher').metadata.name;
    for (const flags of [[], ['--tail', '20'], ['--since', '10m']]) {
      const printed = await kubectl('logs', pod, '--timestamps', ...flags);
      expect(await ownLog(sandbox, pod, flags)).toBe(printed);
    }
  });

  test('kubectl gets a log from a time on, and with a limit of bytes', async () => {
    const sandbox = await startSandbox();
    const kubectl = kubectlFor(sandbox);
    const pod = sandbox.kubernetes.pod('dispatcher').metadata.name;
    const all = await kubectl('logs', pod, '--timestamps');
    const lines = linesOf(all);
    const from = lines.at(-5)?.split(' ')[0] ?? '';
    const since = linesOf(await kubectl('logs', pod, '--timestamps', '--since-time', from));
    // kubectl sends whole seconds.
    const second = `${from.slice(0, 19)}Z`;
    expect(since).toEqual(lines.filter((line) => `${line.slice(0, 19)}Z` >= second));
    expect(since.length).toBeGreaterThanOrEqual(5);
    expect(since.length).toBeLessThan(lines.length);
    const cut = await kubectl('logs', pod, '--timestamps', '--limit-bytes', '1000');
    expect(cut).toBe(all.slice(0, 1_000));
  });

  test.each([
    ['crash-loop', 'schedulerer', /^(?:CrashLoopBackOff|Error|Running)$/],
    ['out-of-memory', 'output-processor', /^(?:CrashLoopBackOff|OOMKilled|Running)$/],
    ['image-missing', 'dispatcher', /^(?:ImagePullBackOff|ErrImagePull)$/],
  ])(
    'in %s: statuses, restarts and the previous log are the same',
    async (scenario, service, states) => {
      const sandbox = await startSandbox({ scenario: findScenario(scenario) });
      const { name } = sandbox.kubernetes.pod(service).metadata;
      const seen = new Set<string>();
      for (let round = 0; round < 4; round += 1) {
        const { ours, theirs } = await podsOfBoth(sandbox);
        expect(ours).toEqual(theirs);
        const [, ready, status = ''] = theirs.find(([pod]) => pod === name) ?? [];
        expect(status).toMatch(states);
        seen.add(`${ready} ${status}`);
        await sandbox.clock.advance(75_000);
      }
      expect([...seen].some((state) => state.startsWith('0/'))).toBe(true);
      if (scenario === 'image-missing') return;
      const before = await kubectlFor(sandbox)('logs', name, '--previous', '--timestamps');
      expect(before).not.toBe('');
      expect(await ownLog(sandbox, name, ['--previous'])).toBe(before);
    },
  );

  test('a paused Deployment can be restarted by neither tool before its rollout is resumed', async () => {
    const sandbox = await startSandbox();
    const kubectl = kubectlFor(sandbox);
    const options = { env: sandbox.environment(), clock: sandbox.clock };
    const restart = ['pods', 'restart', 'frontend', '--dry-run'];
    await kubectl('rollout', 'pause', 'deployment/frontend');
    await expect(kubectl('rollout', 'restart', 'deployment/frontend')).rejects.toMatchObject({
      stderr: expect.stringContaining('rollout resume'),
    });
    const { exitCode, stderr } = await cli(restart, options);
    expect(exitCode).toBe(7);
    const [, words = ''] = /: kubectl (rollout resume .*)$/m.exec(stderr) ?? [];
    await kubectl(...words.split(' '));
    expect(await cli(restart, options)).toMatchObject({ exitCode: 0 });
  });

  test('after a stopped dispatcher is scaled up, the queues become empty', async () => {
    const sandbox = await startSandbox({ scenario: findScenario('dispatcher-stopped') });
    const kubectl = kubectlFor(sandbox);
    const waiting = async (): Promise<number | null> => {
      const words = ['rabbitmqctl', '-q', 'list_queues', 'name', 'messages'];
      const printed = await kubectl('exec', 'circleci-rabbitmq-0', '--', ...words);
      const row = linesOf(printed).find((line) => line.startsWith('run-queue\t'));
      return row === undefined ? null : Number(row.split('\t')[1]);
    };
    await sandbox.clock.advance(60_000);
    expect(await waiting()).toBeGreaterThan(0);
    await kubectl('scale', 'deployment/dispatcher', '--replicas=1');
    await sandbox.clock.advance(180_000);
    expect(await waiting()).toBe(0);
    const { ours, theirs } = await podsOfBoth(sandbox);
    expect(ours).toEqual(theirs);
    const { name } = sandbox.kubernetes.pod('dispatcher').metadata;
    expect(theirs.find(([pod]) => pod === name)).toEqual([name, '1/1', 'Running', '0']);
  });
});
