import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addShape, type Shape } from '../support/json-shape.ts';
import { World } from '../support/world.ts';
import { caseLines, withFlags } from './command-cases.ts';

// The keys that commands print with `--json` are a contract, documented in
// docs/reference/json.md. With DOCS=write the page is written; otherwise the output is checked
// against it.

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'json.md');
const HEAD = `# Keys of --json

What each command prints with \`--json\`, and with \`--dry-run --json\` where it changes something. Keys may be
added; they are neither renamed nor removed. \`[]\` is each item of a list. A time is in RFC 3339 and UTC, a
size in bytes, a duration in milliseconds or as the key says; what is not known is null. The types are those
that a simulated installation shows.
`;

const READS = caseLines((one) => (one.passesThrough ? [] : (one.reads ?? []))).map(
  ([name, line]) => [name, withFlags(line, '--json')] as const,
);
const PLANS = caseLines((one) => (one.passesThrough ? [] : [one.changes])).map(
  ([name, line]) => [`${name} --dry-run`, withFlags(line, '--dry-run --json')] as const,
);
const NAMES = [...new Set([...READS, ...PLANS].map(([name]) => name))].sort();
/** A command line whose output has keys that appear only if there are findings. */
const ILL = ['troubleshoot', 'queue', '--limit', '60s', '--json'];

const worlds: World[] = [];
const printed = new Map<string, Shape>();
let documented: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> = new Map();

beforeAll(async () => {
  const healthy = await World.open();
  const ill = await World.open({ scenario: 'job-lost', builds: 6 });
  worlds.push(healthy, ill);
  const add = async (world: World, name: string, line: readonly string[]): Promise<void> => {
    const { stdout } = await world.cli(line);
    const shape: Shape = printed.get(name) ?? new Map();
    addShape(shape, JSON.parse(stdout));
    printed.set(name, shape);
  };
  for (const [name, line] of [...READS, ...PLANS]) await add(healthy, name, line);
  await add(ill, 'troubleshoot queue', ILL);
  if (process.env['DOCS'] === 'write') {
    await writeFile(PAGE, [HEAD, ...NAMES.map(section)].join('\n'));
  }
  documented = parsePage(await readFile(PAGE, 'utf8'));
}, 60_000);
afterAll(() => Promise.all(worlds.map((world) => world[Symbol.asyncDispose]())));

it('the page documents exactly the commands that print JSON', () => {
  expect([...documented.keys()], 'npm run docs writes it').toEqual(NAMES);
});

describe.each(NAMES)('%s', (name) => {
  it('prints the documented keys with their types', () => {
    const keys = documented.get(name) ?? new Map<string, readonly string[]>();
    const own = printed.get(name) ?? new Map();
    for (const [path, types] of shown(own)) {
      const known = keys.get(path) ?? [];
      expect(known, `${path} is not documented: npm run docs`).not.toEqual([]);
      // If only null was seen when the page was written, the other types are unknown.
      if (known.join() === 'null') continue;
      for (const type of types) expect([...known, 'null'], path).toContain(type);
    }
    // Keys inside lists are missing if a list is empty.
    for (const path of keys.keys())
      if (!path.includes('[]')) expect(own.has(path), path).toBe(true);
  });
});

/** Returns the rows of the page. An object that is never null is shown only by its keys. */
function shown(shape: Shape): readonly (readonly [string, readonly string[]])[] {
  return [...shape]
    .filter(([, types]) => !types.has('object') || types.size > 1)
    .map(([path, types]) => [path, [...types].sort()] as const);
}

function section(name: string): string {
  const rows = shown(printed.get(name) ?? new Map()).map(
    ([path, types]) => `| \`${path}\` | ${types.join(', ')} |`,
  );
  return `## ${name}\n\n| key | type |\n| --- | --- |\n${rows.join('\n')}\n`;
}

function parsePage(page: string): Map<string, Map<string, readonly string[]>> {
  return new Map(
    page
      .split('\n## ')
      .slice(1)
      .map((text) => {
        const [name = ''] = text.split('\n');
        const rows = text.matchAll(/^\| `(.+)` \| (.+) \|$/gm);
        return [
          name,
          new Map([...rows].map(([, path = '', types = '']) => [path, types.split(', ')])),
        ];
      }),
  );
}
