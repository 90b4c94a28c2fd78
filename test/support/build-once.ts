import { execFile } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const BUNDLE = join(ROOT, 'dist', 'main.cjs');
/** What the bundle is made from. */
const SOURCES = ['src/**/*.ts', 'scripts/{build,source-commands}.ts', 'package.json'];

/** Bundles the program before the tests that run it, where the bundle is missing or too old. */
export async function setup(): Promise<void> {
  if (existsSync(BUNDLE) && statSync(BUNDLE).mtimeMs >= newestSource()) return;
  const build = promisify(execFile);
  await build(process.execPath, [join(ROOT, 'scripts', 'build.ts')], { cwd: ROOT });
}

function newestSource(): number {
  const files = globSync(SOURCES, { cwd: ROOT });
  return Math.max(...files.map((file) => statSync(join(ROOT, file)).mtimeMs));
}
