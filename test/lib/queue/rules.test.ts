import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sourceCommands } from '../../../scripts/source-commands.ts';
import { findCommand } from '../../../src/lib/cli/command-table.ts';
import { diagnose } from '../../../src/lib/queue/diagnose.ts';
import { findingPage, type Rule } from '../../../src/lib/queue/finding.ts';
import { RULES } from '../../../src/lib/queue/rules/index.ts';
import { makeCatalogue } from '../../../src/lib/services/catalogue.ts';
import { BROKEN, LOST } from './support/cases.ts';
import {
  client,
  failed,
  type Ill,
  job,
  pending,
  snapshot,
  sure,
  WELL_BUILD,
} from './support/snapshot.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FINDINGS = BROKEN.flatMap(([, ill]) => diagnose(snapshot(ill)).findings);

test('every file contains one rule, and every rule has a file', async () => {
  const folder = join(ROOT, 'src', 'lib', 'queue', 'rules');
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'index.ts');
  const exported = await Promise.all(files.map((name) => import(join(folder, name))));
  const codes = exported
    .flatMap((module) => Object.values<Partial<Rule>>(module))
    .map(({ code }) => code);
  expect(codes.sort()).toEqual(RULES.map(({ code }) => code).sort());
});

test('every rule has a page, and every page a rule', () => {
  const pages = readdirSync(join(ROOT, 'docs', 'findings')).filter((name) => name !== 'README.md');
  expect(pages.sort()).toEqual(RULES.map(({ code }) => `${code}.md`).sort());
});

test.each(RULES.map((rule) => [rule.code, rule] as const))(
  'the page of %s says what it means, how it is detected, and what to do',
  (code, { name }) => {
    const page = readFileSync(join(ROOT, findingPage(code)), 'utf8');
    expect(page).toContain(`# ${code}: ${name}\n`);
    const titles = [
      '## What it means',
      '## How it is detected',
      '## What to do',
      '## What the guide says',
    ];
    for (const title of titles) {
      const [, section = ''] = page.split(`${title}\n`);
      expect(section.split('\n## ')[0]?.trim().length, title).toBeGreaterThan(7);
    }
  },
);

test('every rule finds something in these tests', () => {
  const seen = new Set(FINDINGS.map(({ code }) => code));
  expect(RULES.map(({ code }) => code).filter((code) => !seen.has(code))).toEqual([]);
});

test('codes are unique, and the relation "explains" has no cycle', () => {
  const codes = RULES.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  const explains = new Map(RULES.map((rule) => [rule.code, rule.explains]));
  const visit = (code: string, above: readonly string[]): void => {
    expect(above, `${above.join(' explains ')} explains ${code}`).not.toContain(code);
    for (const next of explains.get(code) ?? []) {
      expect(codes).toContain(next);
      visit(next, [...above, code]);
    }
  };
  for (const code of codes) visit(code, []);
});

test('every command in a remedy or on a page exists and has the flags', async () => {
  const table = await sourceCommands();
  const pages = RULES.flatMap(({ code }) =>
    readFileSync(join(ROOT, findingPage(code)), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('circleci-admin ')),
  );
  const lines = [...FINDINGS.flatMap(({ remedy }) => remedy.commands), ...pages];
  expect(lines.length).toBeGreaterThan(RULES.length);
  for (const line of new Set(lines)) {
    const [program, ...words] = line.split(' ');
    if (program === 'kubectl') continue;
    expect(program).toBe('circleci-admin');
    const found = findCommand(table, words);
    if (found.kind !== 'command') throw new Error(`no command in: ${line}`);
    const command = await found.entry.load();
    const flags = Object.keys({ ...command.baseFlags, ...command.flags });
    const own = words.slice(0, words.includes('--') ? words.indexOf('--') : words.length);
    for (const word of own.filter((one) => one.startsWith('-'))) {
      const name = word.replace(/^--/, '');
      expect(flags, line).toContain(name);
    }
  }
});

test('fixes delete only pods of services in the catalogue', () => {
  const services = FINDINGS.flatMap(({ fix }) => fix?.services ?? []);
  expect(services.length).toBeGreaterThan(0);
  const catalogue = makeCatalogue();
  for (const name of services) expect(catalogue.find(name).name).toBe(name);
});

test('titles are one line, and remedies are sentences', () => {
  for (const { title, remedy, evidence, code } of FINDINGS) {
    expect(title, code).toMatch(/^[^\n]+[^.\n]$/);
    expect(remedy.text, code).toMatch(/[.]$/);
    expect(remedy.commands.length, code).toBeGreaterThan(0);
    expect(evidence.length, code).toBeGreaterThan(0);
  }
});

test('only where a client is ineligible is opening one suggested for capacity', () => {
  const remedyWith = (...clients: readonly ReturnType<typeof client>[]) => {
    const jobs = sure([job(WELL_BUILD), pending(LOST, 'all-full', 'all clients are full')]);
    const { findings } = diagnose(snapshot({ nomad: { jobs, clients: sure(clients) } }));
    return findings.find(({ code }) => code === 'CQ0601')?.remedy;
  };
  const open = remedyWith(client('a'));
  expect(open?.text).toBe(
    'Add clients (raise the size of their node group), or wait until builds end.',
  );
  expect(open?.commands[0]).toBe('circleci-admin nomad node-status');
  const shut = remedyWith(client('a'), client('b', { eligible: false, takesBuilds: false }));
  expect(shut?.text).toContain('make ineligible clients eligible again');
  expect(shut?.commands[0]).toBe('circleci-admin nomad eligibility b --enable');
});

test('the first command is not one whose answer is already known', () => {
  const remedyOf = (code: string, ill: Ill) =>
    diagnose(snapshot(ill)).findings.find((one) => one.code === code)?.remedy;
  const [, failing = {}] = BROKEN.find(([about]) => about.includes('with an error about')) ?? [];
  expect(remedyOf('CQ0401', failing)?.commands[0]).toBe('circleci-admin pods restart schedulerer');
  expect(remedyOf('CQ0401', failing)?.text).toContain('Nomad responds, so restart it.');
  const late = failed('REQUEST_TIMEOUT', 'no answer', { kind: 'timeout', timedOut: true });
  const nomad = { leader: late, clients: late, jobs: late };
  expect(remedyOf('CQ0401', { ...failing, nomad })?.commands[0]).toBe(
    'circleci-admin nomad node-status',
  );
  const [, silent = {}] = BROKEN.find(([, , [code]]) => code === 'CQ0302') ?? [];
  expect(remedyOf('CQ0302', silent)?.commands[0]).toBe(
    'circleci-admin pods restart dispatcher --delete',
  );
});

test('clients that are down have no line about builds that run there, if there are none', () => {
  const down = (runningBuilds: number) => {
    const clients = sure([client('a', { status: 'down', runningBuilds })]);
    const [finding] = diagnose(snapshot({ nomad: { clients } })).findings;
    return finding?.evidence.map(({ text }) => text).at(-1);
  };
  expect(down(0)).toBe('a (down)');
  expect(down(1)).toBe('1 build still runs there');
});
