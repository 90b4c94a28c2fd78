import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { sourceCommands } from './source-commands.ts';

/**
 * Bundles src/main.ts into dist: one CommonJS entry, and chunks that load when a command or a
 * client is first used. That, with Node's compile cache, is what keeps start-up short.
 */

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const VIRTUAL = 'virtual:command-table';

/** The table of commands, each behind an import of its own. */
async function commandTable(): Promise<Plugin> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const commands = await sourceCommands();
  const entries = commands.map(
    ({ id, summary, aliases, hidden, file, exportName }) =>
      `{ ...${JSON.stringify({ id, summary, aliases, hidden })},` +
      ` load: () => import(${JSON.stringify(file)}).then((module) => module.${exportName}) }`,
  );
  const code = [
    `export const packageVersion = ${JSON.stringify(version)};`,
    `export const commandTable = [\n${entries.join(',\n')}\n];`,
  ].join('\n');
  return {
    name: 'command-table',
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : null),
    load: (id) => (id === `\0${VIRTUAL}` ? code : null),
  };
}

/** Packages that a bundled program never needs, and what stands in for them. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'wsl-utils': 'module.exports = { isWsl: false }',
  tinyglobby: 'module.exports = {}',
  lilconfig: 'module.exports = {}',
  minimatch: 'module.exports = {}',
  semver: 'module.exports = {}',
  'cli-spinners': 'module.exports = { default: {} }',
  debug:
    'module.exports = () => Object.assign(() => {}, { enabled: false, extend: () => () => {} }); module.exports.default = module.exports; module.exports.debug = module.exports; module.exports.enabled = () => false',
  ejs: 'module.exports = { render: (text) => text }',
};

function leaveOut(): Plugin {
  return {
    name: 'leave-out',
    resolveId: (id, importer) =>
      id in LEFT_OUT && importer?.includes('@oclif') ? `\0left-out:${id}` : null,
    load: (id) => LEFT_OUT[id.replace('\0left-out:', '')] ?? null,
  };
}

rmSync(DIST, { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: join(ROOT, 'src', 'main.ts') },
  platform: 'node',
  plugins: [await commandTable(), leaveOut()],
  external: [/\.node$/],
  logLevel: 'warn',
});
const { output } = await bundle.write({
  dir: DIST,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
  keepNames: true,
});
const size = output.reduce((sum, file) => sum + ('code' in file ? file.code.length : 0), 0);
console.log(`${output.length} files, ${Math.round(size / 1024)} KiB in ${relative(ROOT, DIST)}`);
