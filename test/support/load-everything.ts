import { globSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = join(import.meta.dirname, '..', '..', 'src');

// Many modules are loaded only when a command needs them, which takes real time: on a busy machine,
// seconds. A sandbox's clock that runs meanwhile is far ahead before the command has even begun. So
// everything is loaded before the first test, also the packages that nothing imports statically.
await Promise.all([
  ...globSync('{lib,commands}/**/*.ts', { cwd: SOURCES }).map(
    (name) => import(join(SOURCES, name)),
  ),
  import('@inquirer/prompts'),
  import('@kubernetes/client-node/dist/config.js'),
  import('selfsigned'),
  import('ssh2'),
  import('ws'),
  import('yaml'),
]);
