import { execFile } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const BUNDLE = join(ROOT, 'dist', 'main.cjs');
/** The files that the bundle depends on. */
const SOURCES = ['src/**/*.ts', 'scripts/{build,source-commands}.ts', 'package.json'];

/** Builds the bundle before the tests if it is missing or older than its sources. */
export async function setup(): Promise<void> {
  if (existsSync(BUNDLE) && statSync(BUNDLE).mtimeMs >= newestSource()) return;
  const build = promisify(execFile);
  await build(process.execPath, [join(ROOT, 'scripts', 'build.ts')], { cwd: ROOT });
}

function newestSource(): number {
  const files = globSync(SOURCES, { cwd: ROOT });
  return Math.max(...files.map((file) => statSync(join(ROOT, file)).mtimeMs));
}
