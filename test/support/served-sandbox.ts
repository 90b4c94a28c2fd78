import { onTestFinished } from 'vitest';
import type { SandboxState } from '../../src/lib/sandbox/state-file.ts';
import { type CliResult, startCli } from './cli.ts';

let served = 0;

/** A sandbox that `sandbox start` runs in this process under a unique name. */
export interface ServedSandbox {
  readonly name: string;
  readonly state: SandboxState;
  /** The result of `sandbox start`. */
  readonly ended: Promise<CliResult>;
  /** Sends Ctrl-C to `sandbox start`. */
  interrupt(): void;
}

/** Runs `sandbox start` in the foreground with a stopped clock, until the test ends. */
export async function serveSandbox(...flags: readonly string[]): Promise<ServedSandbox> {
  served += 1;
  const name = `test-${process.pid}-${served}`;
  const controller = new AbortController();
  const argv = ['sandbox', 'start', '--rate', '0', '--name', name, '-o', 'ndjson', ...flags];
  const { runtime, result } = startCli(argv, { signal: controller.signal });
  const interrupt = (): void => controller.abort(new Error('SIGINT'));
  onTestFinished(async () => {
    interrupt();
    await result;
  });
  await Promise.race([runtime.stdout.until('\n'), result]);
  return { name, state: JSON.parse(runtime.stdout.text), ended: result, interrupt };
}
