import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configSchema } from '../src/lib/installation/config-schema.ts';

/**
 * Writes schema/config.schema.json from the table of keys; with `--check`, fails if it is out of
 * date.
 */

const FILE = join(import.meta.dirname, '..', 'schema', 'config.schema.json');

const wanted = `${JSON.stringify(configSchema(), null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (read() !== wanted) {
    console.error('schema/config.schema.json is out of date: npm run docs');
    process.exit(1);
  }
  console.log('schema/config.schema.json is up to date');
} else {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, wanted);
  console.log('wrote schema/config.schema.json');
}

function read(): string {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}
