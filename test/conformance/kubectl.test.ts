import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CallLog } from '../../src/lib/sandbox/call-log.ts';
import { SandboxClock } from '../../src/lib/sandbox/clock.ts';
import { FaultPlan } from '../../src/lib/sandbox/faults.ts';
import { busybox } from '../../src/lib/sandbox/kubernetes/busybox.ts';
import { KubernetesSandbox } from '../../src/lib/sandbox/kubernetes/kubernetes-sandbox.ts';
import type { PodBackend } from '../../src/lib/sandbox/kubernetes/pod-backend.ts';
import { INSTALLATION_3X } from '../../src/lib/sandbox/kubernetes/services.ts';
import { seededRandom } from '../../src/lib/sandbox/random.ts';

const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';
const LIMITED = 'system:serviceaccount:circleci-server:limited';

/** Returns the version of the installed kubectl; without kubectl, null and a line on stderr. */
function kubectlVersion(): string | null {
  try {
    return execFileSync(KUBECTL, ['version', '--client'], { encoding: 'utf8' });
  } catch (error) {
    process.stderr.write(`skipped: no kubectl (${KUBECTL}): ${String(error).split('\n')[0]}\n`);
    return null;
  }
}

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let directory: string;
let sandbox: KubernetesSandbox;
let upstream: Server;
let clock: SandboxClock;

function start(args: readonly string[]): ChildProcess {
  const kubeconfig = sandbox.environment()['KUBECONFIG'];
  return spawn(KUBECTL, [...args], {
    env: { PATH: process.env['PATH'], HOME: directory, KUBECONFIG: kubeconfig, NO_PROXY: '*' },
  });
}

/** Runs kubectl until it ends. */
function kubectl(args: readonly string[], input = ''): Promise<Result> {
  const child = start(args);
  let out = '';
  let err = '';
  child.stdout?.on('data', (data) => {
    out += String(data);
  });
  child.stderr?.on('data', (data) => {
    err += String(data);
  });
  child.stdin?.end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** Runs kubectl until its output matches, then kills it. `then` is called at the first output. */
function until(args: readonly string[], wanted: RegExp, then?: () => void): Promise<string> {
  const child = start(args);
  let out = '';
  return new Promise((resolve) => {
    child.once('close', () => resolve(out));
    child.stdout?.on('data', (data) => {
      out += String(data);
      then?.();
      then = undefined;
      if (wanted.test(out)) child.kill();
    });
  });
}

const VERSION = kubectlVersion();

describe.skipIf(VERSION === null).each([['v4'], ['v5']] as const)(
  'kubectl against a server whose newest exec protocol is %s',
  (newest) => {
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'kubectl-'));
      upstream = createServer((request, response) => response.end(`asked ${request.url}`));
      await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
      const shell = busybox('circleci-nomad-0');
      const nomad: PodBackend = {
        ports: { 4646: (upstream.address() as AddressInfo).port },
        exec: async (command, io) => {
          if (command[0] !== 'nomad') return shell.exec(command, io);
          io.stdout(`${command.join(' ')}\n`);
          return 0;
        },
      };
      clock = new SandboxClock({ rate: 10 });
      const context = {
        clock,
        random: seededRandom(3),
        faults: new FaultPlan(),
        calls: new CallLog(),
      };
      const scenario = {
        execProtocols: newest === 'v5' ? (['v5', 'v4'] as const) : (['v4'] as const),
        kubeconfigPath: join(directory, 'kubeconfig'),
        pods: [
          ...INSTALLATION_3X,
          { name: 'crasher', situation: 'crash-loop', exitCode: 3 } as const,
        ],
      };
      sandbox = new KubernetesSandbox(context, scenario, { 'circleci-nomad-0': nomad });
      await sandbox.start();
    });

    afterAll(async () => {
      await sandbox.stop();
      clock.stop();
      upstream.close();
      await rm(directory, { recursive: true });
    });

    test('get pods: table, wide, JSON and selectors', async () => {
      const table = await kubectl(['get', 'pods']);
      expect(table.err).toBe('');
      expect(table.out).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE\n/);
      expect(table.out).toMatch(/^circleci-nomad-0 +1\/1 +Running +6 +6d20h$/m);
      expect(table.out).toMatch(/^crasher-\S+ +0\/1 +CrashLoopBackOff +\d+ +6d20h$/m);
      const wide = await kubectl([
        'get',
        'pods',
        '-o',
        'wide',
        '-l',
        'app in (dispatcher,frontend)',
      ]);
      expect(wide.out.trim().split('\n')).toHaveLength(3);
      const json = await kubectl(['get', 'pods', '-o', 'json']);
      expect(JSON.parse(json.out).items).toHaveLength(sandbox.pods().length);
      const others = await kubectl([
        ...['get', 'pods', '--no-headers', '-o', 'name'],
        '--field-selector=status.phase!=Running',
      ]);
      expect(others.out).toMatch(/^pod\/inject-bottoken-\S+\n$/);
    });

    test('describe pod', async () => {
      const { out } = await kubectl(['describe', 'pod', sandbox.pod('crasher').metadata.name]);
      expect(out).toMatch(/State: +Waiting\n +Reason: +CrashLoopBackOff/);
      expect(out).toMatch(/Last State: +Terminated\n +Reason: +Error\n +Exit Code: +3/);
      expect(out).toMatch(/Warning +BackOff .* Back-off restarting failed container/);
    });

    test('logs, also with --follow and of the previous run', async () => {
      const tail = await kubectl(['logs', '-l', 'app=dispatcher', '--tail=500']);
      expect(tail.out).toMatch(/INFO dispatcher\.core Still running\.\.\.;/);
      const { name } = sandbox.pod('frontend').metadata;
      sandbox.appendLog(name, undefined, 'one');
      const followed = await until(['logs', '-f', name, '--tail=1'], /two/, () =>
        sandbox.appendLog(name, undefined, 'two'),
      );
      expect(followed).toMatch(/one\n(.*\n)*two\n/);
      const before = await kubectl(['logs', '--previous', name]);
      expect(before.err).toContain(`previous terminated container "frontend" in pod "${name}"`);
    });

    test('exec: output, exit codes and standard input', async () => {
      const run = (...command: string[]) => kubectl(['exec', 'circleci-nomad-0', '--', ...command]);
      expect(await run('nomad', 'node', 'status', '-allocs')).toEqual({
        code: 0,
        out: 'nomad node status -allocs\n',
        err: '',
      });
      const failed = await run('sh', '-c', 'echo out; echo err >&2; exit 7');
      expect(failed).toMatchObject({ code: 7, out: 'out\n' });
      expect(failed.err).toBe('err\ncommand terminated with exit code 7\n');
      const missing = await run('no-such-binary');
      expect(missing.err).toContain('"no-such-binary": executable file not found in $PATH');
      const bytes = 'x'.repeat(300_000);
      const echoed = await kubectl(['exec', '-i', 'circleci-nomad-0', '--', 'cat'], bytes);
      expect(echoed.out === bytes).toBe(true);
    });

    test('port-forward', async () => {
      const child = start(['port-forward', 'circleci-nomad-0', ':4646']);
      const port = await new Promise<string>((resolve) => {
        child.stdout?.on('data', (data) => {
          const found = /127\.0\.0\.1:(\d+)/.exec(String(data))?.[1];
          if (found) resolve(found);
        });
      });
      for (const path of ['/v1/nodes', '/v1/jobs']) {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`);
        expect(await answer.text()).toBe(`asked ${path}`);
      }
      child.kill();
    });

    test('delete pod: the pod is replaced, and a watch shows it', async () => {
      const { uid } = sandbox.pod('circleci-nomad-0').metadata;
      let deleting: Promise<Result> | undefined;
      await until(
        ['get', 'pods', '-w', '-l', 'app=nomad-server'],
        /Terminating[\s\S]*ContainerCreating[\s\S]*1\/1 +Running/,
        () => {
          deleting = kubectl(['delete', 'pod', 'circleci-nomad-0', '--now']);
        },
      );
      expect((await deleting)?.out).toContain('pod "circleci-nomad-0" deleted');
      expect(sandbox.pod('circleci-nomad-0').metadata.uid).not.toBe(uid);
      const events = await kubectl(['get', 'events']);
      expect(events.out).toMatch(
        /Normal +Killing +pod\/circleci-nomad-0 +Stopping container nomad/,
      );
    });

    test('rollout restart and scale', async () => {
      const old = sandbox.pod('dispatcher').metadata.name;
      await kubectl(['rollout', 'restart', 'deployment/dispatcher']);
      const done = await kubectl(['rollout', 'status', 'deployment/dispatcher', '--timeout=20s']);
      expect(done.out).toContain('successfully rolled out');
      await kubectl(['scale', 'deployment/frontend', '--replicas=2']);
      const deployments = await kubectl(['get', 'deployments']);
      expect(deployments.out).toMatch(/^frontend +[12]\/2 +2 +[12] +6d20h$/m);
      const left = sandbox.pods().filter(({ metadata }) => metadata.name === old);
      expect(left.every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
    });

    test('auth can-i, for the current user and for another', async () => {
      expect((await kubectl(['auth', 'can-i', 'delete', 'pods'])).out).toBe('yes\n');
      const limited = (...asked: string[]) => kubectl(['auth', 'can-i', ...asked, '--as', LIMITED]);
      expect(await limited('list', 'pods')).toMatchObject({ code: 0, out: 'yes\n' });
      expect(await limited('create', 'pods/exec')).toMatchObject({ code: 1, out: 'no\n' });
      expect((await limited('--list')).out).toMatch(/^pods +\[\] +\[\] +\[get list\]$/m);
    });

    test('errors', async () => {
      const pod = await kubectl(['get', 'pod', 'nope']);
      expect(pod.err).toBe('Error from server (NotFound): pods "nope" not found\n');
      const empty = await kubectl(['get', 'pods', '-n', 'nope']);
      expect(empty.err).toBe('No resources found in nope namespace.\n');
      const namespace = await kubectl(['get', 'namespace', 'nope']);
      expect(namespace.code).toBe(1);
      const denied = await kubectl(['delete', 'pod', 'circleci-mongodb-0', '--as', LIMITED]);
      expect(denied.err).toContain(`User "${LIMITED}" cannot delete resource "pods"`);
    });
  },
);
