import { expect, test } from 'vitest';
import {
  type ExecIo,
  NoSuchCommandError,
} from '../../../src/lib/sandbox/kubernetes/pod-backend.ts';
import { nomadServerPod } from '../../../src/lib/sandbox/server-pod.ts';

async function* noInput(): AsyncGenerator<Uint8Array> {
  yield* [];
}

async function run(...command: readonly string[]): Promise<{ code: number; output: string }> {
  const pod = nomadServerPod('circleci-nomad-0', {
    port: 4711,
    cli: async (argv, io) => {
      io.stdout(argv.join('|'));
      return 3;
    },
  });
  expect(pod.ports).toEqual({ 4646: 4711 });
  let output = '';
  const io: ExecIo = {
    stdin: noInput(),
    stdout: (data) => {
      output += data;
    },
    stderr: () => undefined,
    tty: false,
    signal: new AbortController().signal,
  };
  return { code: await pod.exec(command, io), output };
}

test.each([
  [['nomad', 'node', 'status'], 3, 'node|status'],
  [['/bin/nomad', 'version'], 3, 'version'],
  [['env', 'NOMAD_CLI_SHOW_HINTS=false', 'A=', 'nomad', 'status', 'A=b'], 3, 'status|A=b'],
  [['echo', 'hello', 'nomad'], 0, 'hello nomad\n'],
  [['env', 'true'], 0, ''],
  [['false'], 1, ''],
])('%j', async (command, code, output) => {
  expect(await run(...command)).toEqual({ code, output });
});

test('throws NoSuchCommandError for a command that the container does not have', async () => {
  await expect(run('consul', 'members')).rejects.toThrow(NoSuchCommandError);
});
