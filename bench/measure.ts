import { spawnSync } from 'node:child_process';
import { median } from './median.ts';

/** A program to time. */
export interface Timed {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Median wall times in milliseconds by program name. */
export type Medians = ReadonlyMap<string, number>;

/**
 * Times whole processes in turn (A B C A B C ...), so that a slowdown of the machine affects all of
 * them. The first round is a warm-up and does not count.
 *
 * @throws Error if one of them fails
 */
export function timeInTurn(programs: readonly Timed[], rounds: number): Medians {
  const times = new Map<string, number[]>(programs.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, argv, env } of programs) {
      const [file, ...rest] = argv;
      const started = process.hrtime.bigint();
      const { status, stderr } = spawnSync(file, rest, {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: 1 << 28,
      });
      const took = Number(process.hrtime.bigint() - started) / 1e6;
      if (status !== 0) throw new Error(`${name} exited ${status}: ${stderr}`);
      if (round > 0) times.get(name)?.push(took);
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}

/** Prints a claim and whether it holds; a broken claim makes the process exit with 1. */
export function claim(text: string, measured: number, limit: number, unit = 'x'): void {
  const holds = measured <= limit;
  console.log(
    `${holds ? 'ok    ' : 'BROKEN'} ${text}: ${measured.toFixed(2)}${unit} (at most ${limit}${unit})`,
  );
  if (!holds) process.exitCode = 1;
}
