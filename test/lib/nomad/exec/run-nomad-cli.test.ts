import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ExecRequest } from '../../../../src/lib/kubernetes/client.ts';
import { runNomadCli } from '../../../../src/lib/nomad/exec/run-nomad-cli.ts';

/**
 * Runs a command line against a pod that answers, and returns the request that the pod received.
 */
async function run(args: readonly string[], isTTY: boolean) {
  const written: string[] = [];
  const raw: boolean[] = [];
  const sink = (name: string) => ({
    isTTY,
    write: async (data: string | Uint8Array) => {
      written.push(`${name}: ${Buffer.from(data).toString()}`);
    },
  });
  let asked: ExecRequest | undefined;
  const exitCode = await runNomadCli(
    {
      exec: async (request) => {
        asked = request;
        request.stdout.write('out');
        request.stderr.write('err');
        return { exitCode: 3 };
      },
      listPods: () => Promise.reject(new Error('nobody asks for the pods')),
    },
    {
      pod: 'circleci-nomad-0',
      podNamed: false,
      args,
      signal: new AbortController().signal,
      terminal: {
        stdin: {
          isTTY,
          stream: Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) }),
        },
        stdout: sink('stdout'),
        stderr: sink('stderr'),
        async *sizes() {
          yield { columns: 80, rows: 24 };
        },
      },
    },
  );
  return { exitCode, written, raw, asked };
}

describe('runNomadCli', () => {
  it('passes output and exit code on, without a terminal and without input', async () => {
    const { exitCode, written, raw, asked } = await run(['node', 'status'], false);
    expect(exitCode).toBe(3);
    expect(written).toEqual(['stdout: out', 'stderr: err']);
    expect(asked).toMatchObject({ pod: 'circleci-nomad-0', command: ['nomad', 'node', 'status'] });
    expect([asked?.stdin, asked?.tty, asked?.sizes, raw]).toEqual([
      undefined,
      undefined,
      undefined,
      [],
    ]);
  });

  it('allocates a terminal of the same size if both ends are terminals, and restores the local one', async () => {
    const { asked, raw } = await run(['monitor'], true);
    expect([asked?.tty, asked?.stdin === undefined]).toEqual([true, false]);
    const sizes: unknown[] = [];
    for await (const size of asked?.sizes ?? []) sizes.push(size);
    expect(sizes).toEqual([{ columns: 80, rows: 24 }]);
    expect(raw).toEqual([true, false]);
  });

  it.each([
    ['a job from standard input', ['job', 'run', '-']],
    ['a program in an allocation', ['alloc', 'exec', '0e449bfc', 'cat']],
  ])('passes a pipe on to %s', async (_, args) => {
    expect((await run(args, false)).asked?.stdin).toBeDefined();
  });
});
