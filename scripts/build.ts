import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { sourceCommands } from './source-commands.ts';

/**
 * Bundles src/main.ts into dist: one CommonJS entry, and chunks that load when a command or a
 * client is first used. Together with Node's compile cache, this keeps start-up short.
 */

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const FRESH = join(ROOT, `dist.${process.pid}`);
const VIRTUAL = 'virtual:command-table';

/** Generates the table of commands, each with its own dynamic import. */
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

/** A module to leave out of the bundle: its importer, its name, and the code to use instead. */
interface LeftOut {
  readonly importer: string;
  readonly module: RegExp;
  readonly instead: string;
}

const NOTHING = 'module.exports = {};';

/**
 * Returns a stand-in for a builtin that loads it when one of its functions or classes is first
 * used.
 */
function lazyBuiltin(name: string): string {
  return [
    `const real = (key) => process.getBuiltinModule('node:${name}')[key];`,
    'const later = (key) => function (...args) {',
    '  return new.target ? Reflect.construct(real(key), args) : real(key).apply(this, args);',
    '};',
    'module.exports = new Proxy({}, { get: (_, key) => later(key) });',
  ].join('\n');
}

const SILENT = 'module.exports = Object.assign(() => SILENT, { enabled: () => false });';

/** Modules that the bundled program never uses, but would load at every start. */
const LEFT_OUT: readonly LeftOut[] = [
  // oclif uses these for plugins, legacy manifests and TypeScript sources; the command table needs
  // none.
  {
    importer: '@oclif/core',
    module: /^(wsl-utils|tinyglobby|lilconfig|minimatch|semver)$/,
    instead: NOTHING,
  },
  {
    importer: '@oclif/core',
    module: /^cli-spinners$/,
    instead: "const still = { frames: ['-'] };\nmodule.exports = { dots2: still, line: still };",
  },
  {
    importer: '@oclif/core',
    module: /^debug$/,
    instead: `const SILENT = Object.assign(() => {}, { enabled: false, extend: () => SILENT });\n${SILENT}`,
  },
  {
    importer: '@oclif/core',
    module: /^supports-color$/,
    instead: 'module.exports = { stdout: false, stderr: false };',
  },
  // Builtins that oclif imports but most runs do not use: they load on first use.
  ...['child_process', 'readline', 'fs/promises'].map((name) => ({
    importer: '@oclif/core',
    module: new RegExp(`^node:${name}$`),
    instead: lazyBuiltin(name),
  })),
  {
    importer: '@oclif/core',
    module: /^node:perf_hooks$/,
    instead: 'module.exports = { get performance() { return globalThis.performance; } };',
  },
  { importer: '@oclif/core', module: /^ejs$/, instead: 'module.exports = { render: (t) => t };' },
  {
    importer: '/undici/',
    module: /^node:assert$/,
    instead:
      "module.exports = (ok, message) => { if (!ok) process.getBuiltinModule('node:assert')(ok, message); };",
  },
  // Only undici's dispatcher is used: no fetch, and no HTTP/2.
  {
    importer: '/undici/',
    module: /(web\/(fetch\/(body|formdata.*)|webidl.*)|client-h2)(\.js)?$/,
    instead: NOTHING,
  },
  {
    importer: '/undici/',
    module: /^node:http$/,
    instead: 'module.exports = { IncomingMessage: class {}, maxHeaderSize: 16384 };',
  },
  // Only the kubeconfig part of client-node is used: no generated API, and no HTTP client. Only the
  // options of its agents are read.
  {
    importer: 'client-node/dist/config.js',
    module: /^node:https?$/,
    instead:
      'class Agent { constructor(options) { this.options = options; } }\nmodule.exports = { Agent };',
  },
  {
    importer: 'client-node/dist/oidc_auth.js',
    module: /^node:https$/,
    instead: lazyBuiltin('https'),
  },
  {
    importer: '@kubernetes/client-node',
    module: /^node:child_process$/,
    instead: lazyBuiltin('child_process'),
  },
  // Only the auth providers of Google and Azure use it, and these are rare.
  {
    importer: '@kubernetes/client-node',
    module: /^jsonpath-plus$/,
    instead: "export const JSONPath = (...a) => require('jsonpath-plus').JSONPath(...a);",
  },
  {
    importer: '@kubernetes/client-node',
    module: /^(undici|socks|socks-proxy-agent|hpagent)$/,
    instead:
      'class None {}\nmodule.exports = { Agent: None, ProxyAgent: None, SocksProxyAgent: None, SocksClient: None, HttpProxyAgent: None, HttpsProxyAgent: None };',
  },
  {
    importer: '@kubernetes/client-node',
    module: /^\.\/(gen\/index|middleware)\.js$/,
    instead:
      'class ServerConfiguration {}\nmodule.exports = { ServerConfiguration, createConfiguration: () => ({}), setHeaderMiddleware: () => ({}) };',
  },
  {
    importer: '@kubernetes/client-node',
    module: /^openid-client$/,
    instead: [
      "export const customFetch = Symbol('oauth.customFetch');",
      "export const discovery = async (...a) => (await import('openid-client')).discovery(...a);",
      "export const refreshTokenGrant = async (...a) => (await import('openid-client')).refreshTokenGrant(...a);",
    ].join('\n'),
  },
];

const STAND_IN = '\0stand-in:';

function leaveOut(): Plugin {
  return {
    name: 'leave-out',
    resolveId: (id, importer) => {
      if (!importer || importer.startsWith(STAND_IN)) return null;
      const at = LEFT_OUT.findIndex(
        (one) => importer.includes(one.importer) && one.module.test(id),
      );
      return at === -1 ? null : `${STAND_IN}${at}`;
    },
    load: (id) => LEFT_OUT[Number(id.replace(STAND_IN, ''))]?.instead ?? null,
  };
}

const bundle = await rolldown({
  input: { main: join(ROOT, 'src', 'main.ts') },
  platform: 'node',
  plugins: [await commandTable(), leaveOut()],
  external: [/\.node$/],
  logLevel: 'warn',
  // Every warning fails the build, such as an ineffective dynamic import or a missing export.
  onLog: (_level, { message }) => {
    throw new Error(message);
  },
});
const { output } = await bundle.write({
  dir: FRESH,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
  keepNames: true,
});
// Replace dist at the end, so that a program that starts during the build finds a complete bundle.
rmSync(DIST, { recursive: true, force: true });
try {
  renameSync(FRESH, DIST);
} catch (error) {
  // A parallel build has already put its equivalent bundle there.
  rmSync(FRESH, { recursive: true, force: true });
  if (!existsSync(DIST)) throw error;
}
const size = output.reduce((sum, file) => sum + ('code' in file ? file.code.length : 0), 0);
console.log(`${output.length} files, ${Math.round(size / 1024)} KiB in ${relative(ROOT, DIST)}`);
