import { execFile, execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { cli, startSandbox } from '../support/sandbox.ts';

const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';

/** Whether there is a kubectl; says so where there is none. */
function hasKubectl(): boolean {
  try {
    execFileSync(KUBECTL, ['version', '--client']);
    return true;
  } catch (error) {
    process.stderr.write(`skipped: no kubectl (${KUBECTL}): ${String(error).split('\n')[0]}\n`);
    return false;
  }
}

describe.skipIf(!hasKubectl())('beside kubectl', () => {
  test('the same pods, states and logs', async () => {
    const sandbox = await startSandbox();
    const { kubernetes } = sandbox;
    kubernetes.addPod({ name: 'crasher', situation: 'crash-loop', exitCode: 3 });
    kubernetes.addPod({ name: 'backup', situation: 'image-missing' });
    kubernetes.addPod({ name: 'large', situation: 'unschedulable', cpu: '500' });
    kubernetes.setReady('frontend', false);
    await sandbox.clock.advance(90_000);
    const environment = sandbox.environment();
    const options = { env: environment, clock: sandbox.clock };
    const kubectl = async (...words: readonly string[]): Promise<string> => {
      const { KUBECONFIG } = environment;
      // Without a home, kubectl keeps its cache in the folder that it is run in.
      const env = { PATH: process.env['PATH'], HOME: tmpdir(), KUBECONFIG, NO_PROXY: '*' };
      return (await promisify(execFile)(KUBECTL, [...words], { env, maxBuffer: 1 << 28 })).stdout;
    };
    const printed = (await kubectl('get', 'pods', '--no-headers'))
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/).slice(0, 4));
    const columns = 'name,ready,status,restarts';
    const { stdout } = await cli(['pods', 'list', '--columns', columns, '-o', 'tsv'], options);
    const ours = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(ours).toEqual(printed.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
    const pod = kubernetes.pod('dispatcher').metadata.name;
    for (const flags of [[], ['--tail', '20'], ['--since', '10m']]) {
      const theirs = await kubectl('logs', pod, '--timestamps', ...flags);
      const own = await cli(['pods', 'logs', pod, '--json', ...flags], options);
      const lines = own.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const texts = lines.map(({ time, text }) => `${time} ${text}\n`);
      expect(texts.join('')).toBe(theirs);
    }
  });
});
