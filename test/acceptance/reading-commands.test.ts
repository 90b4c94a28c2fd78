import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { sourceCommands } from '../../scripts/source-commands.ts';
import { FORMATS } from '../../src/lib/cli/output/output.ts';
import { World } from '../support/world.ts';
import { COMMAND_CASES, caseLines, withFlags } from './command-cases.ts';

// Runs every command that reads against a sandbox, in all formats.

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.sandbox.calls.reset());

const READS = caseLines((one) => one.reads ?? []);
const LISTS = caseLines((one) => one.lists ?? []);
const documents = (text: string): unknown[] =>
  text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));

it('every command has a case', async () => {
  const all = (await sourceCommands()).map(({ id }) => id.replaceAll(':', ' '));
  expect(Object.keys(COMMAND_CASES).sort(), 'see command-cases.ts').toEqual(all.sort());
});

describe.each(READS)('%s: %j', (_name, line, { passesThrough }) => {
  it('prints only JSON to standard output, and changes nothing', async () => {
    const { stdout, stderr, exitCode } = await world.cli(withFlags(line, '--json'));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    if (!passesThrough) expect(JSON.parse(stdout)).toEqual(expect.any(Object));
    expect(world.sandbox.calls.writes).toBe(0);
  });

  it('writes no escape sequence to a pipe, with NO_COLOR or on a dumb terminal', async () => {
    const ways = [
      {},
      { tty: { stdout: true, stderr: true }, env: { NO_COLOR: '1', TERM: 'xterm' } },
      { tty: { stdout: true, stderr: true }, env: { TERM: 'dumb' } },
    ];
    for (const way of ways) {
      const { stdout, stderr, exitCode } = await world.cli(line, way);
      expect(exitCode).toBe(0);
      expect(stdout + stderr).not.toContain('\u001b');
    }
    const flagged = withFlags(line, '--no-color');
    const { stdout, stderr } = await world.cli(flagged, { tty: { stdout: true, stderr: true } });
    expect(stdout + stderr).not.toContain('\u001b');
  });

  it('prints only its result with --quiet, and debug lines with --debug', async () => {
    expect((await world.cli(withFlags(line, '--quiet'))).stderr).toBe('');
    const quiet = await world.cli(withFlags(line, '--quiet --json'));
    const debug = await world.cli(withFlags(line, '--quiet --json --debug'));
    expect(debug.exitCode).toBe(0);
    for (const one of debug.stderr.trimEnd().split('\n').filter(Boolean)) {
      expect(one).toMatch(/^debug: /);
    }
    if (!passesThrough) {
      expect(Object.keys(JSON.parse(debug.stdout))).toEqual(Object.keys(JSON.parse(quiet.stdout)));
    }
  });
});

it('writes colours on a terminal that supports them', async () => {
  const { stdout } = await world.cli(['nomad', 'node-status'], { tty: { stdout: true } });
  expect(stdout).toContain('\u001b[');
});

describe.each(LISTS)('the list of %s: %j', (_name, line) => {
  const print = async (format: string): Promise<string> => {
    const { stdout, stderr, exitCode } = await world.cli(withFlags(line, `-o ${format}`));
    expect(exitCode, stdout + stderr).toBe(0);
    return stdout;
  };
  const keys = async (): Promise<string[]> => cells((await print('csv')).split('\r\n')[0] ?? '');

  it('has the same content in every format', async () => {
    const [json, yaml, ndjson, csv, tsv, wide, table] = await Promise.all(
      ['json', 'yaml', 'ndjson', 'csv', 'tsv', 'wide', 'table'].map(print),
    );
    const document = JSON.parse(json ?? '');
    expect(parseYaml(yaml ?? '')).toEqual(document);
    const rows = documents(ndjson ?? '');
    expect(rows.length).toBeGreaterThan(0);
    const lists = Array.isArray(document)
      ? [document]
      : Object.values(document).filter(Array.isArray);
    if (lists.length === 1) expect(rows).toEqual(lists[0]);
    const [header = [], ...body] = (csv ?? '').split('\r\n').filter(Boolean).map(cells);
    expect(new Set(header).size).toBe(header.length);
    for (const row of body) expect(row).toHaveLength(header.length);
    // The document of a diagnosis has more than the findings.
    if (line[1] !== 'queue') expect(rows).toHaveLength(body.length);
    for (const row of (tsv ?? '').split('\n').filter(Boolean)) {
      expect(row.split('\t')).toHaveLength(header.length);
    }
    for (const text of [wide, table]) expect(text?.split('\n').length).toBeGreaterThan(body.length);
  });

  it('accepts its columns in any order, and lists them for an unknown one', async () => {
    const [first = '', second = first] = await keys();
    const picked = await world.cli(withFlags(line, `-o csv --columns ${second},${first}`));
    expect(cells(picked.stdout.split('\r\n')[0] ?? '')).toEqual([second, first]);
    for (const flags of ['--columns nonesuch', '--sort nonesuch', '--sort -nonesuch']) {
      const { stdout, stderr, exitCode } = await world.cli(withFlags(line, flags));
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
      expect(stderr).toMatch(/^Error: There is no column "nonesuch"\nThe columns are /);
      expect(stderr).toContain(first);
    }
  });

  it('sorts by every column, ascending and descending', async () => {
    const sorted = async (key: string, by: string): Promise<string[]> => {
      const { stdout } = await world.cli(withFlags(line, `-o tsv --columns ${key} --sort ${by}`));
      return stdout.split('\n').slice(0, -1);
    };
    const values = (rows: readonly string[]): string[] => [...new Set(rows.filter(Boolean))];
    const check = async (key: string): Promise<void> => {
      const [up, down] = await Promise.all([sorted(key, key), sorted(key, `-${key}`)]);
      expect([...up].sort()).toEqual([...down].sort());
      expect(values(up)).toEqual(values(down).reverse());
    };
    await Promise.all((await keys()).map(check));
  });
});

it('rejects an unknown format and lists the valid ones', async () => {
  const { stderr, exitCode } = await world.cli(['nomad', 'status', '-o', 'yml']);
  expect(exitCode).toBe(2);
  expect(stderr).toBe(
    `Error: "yml" is not a valid value of --output; did you mean yaml?\nValid values are ${FORMATS.slice(0, -1).join(', ')} or yaml.\n`,
  );
});

describe.each(caseLines((one) => [one.unknown]))('%s: %j', (_name, line) => {
  it('exits with 5 if the named object does not exist', async () => {
    const plain = await world.cli(line);
    expect(plain).toMatchObject({ stdout: '', exitCode: 5 });
    expect(plain.stderr).toMatch(/^Error: [^\n]+\n[^\n]+/);
    const json = await world.cli(withFlags(line, '--json'));
    expect(json).toMatchObject({ stdout: '', exitCode: 5 });
    expect(JSON.parse(json.stderr)).toMatchObject({
      code: expect.stringMatching(/^[A-Z_]+$/),
      hint: expect.any(String),
      exitCode: 5,
    });
  });
});

/** Splits a line of CSV into cells. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}
