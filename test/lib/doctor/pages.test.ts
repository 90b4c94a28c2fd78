import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CATEGORIES, checkPage } from '../../../src/lib/doctor/check.ts';
import { CHECKS } from '../../../src/lib/doctor/checks/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

test('every code has a page, and every page a code', () => {
  const pages = readdirSync(join(ROOT, 'docs', 'checks')).filter((name) => name !== 'README.md');
  expect(pages.sort()).toEqual(CHECKS.map(({ code }) => `${code}.md`).sort());
});

test.each(CHECKS.map((check) => [check.code, check] as const))(
  'the page of %s has its title and all sections',
  (code, { name }) => {
    const page = readFileSync(join(ROOT, checkPage(code)), 'utf8');
    expect(page).toContain(`# ${code}: ${name}\n`);
    for (const title of ['## What is checked', '## Why it fails', '## What to do']) {
      const [, section = ''] = page.split(`${title}\n`);
      expect(section.split('\n## ')[0]?.trim().length, title).toBeGreaterThan(40);
    }
  },
);

test('codes are unique, match their category, and need only earlier checks', () => {
  const seen = new Set<string>();
  for (const { code, category, needs = [], unlessFailed = [] } of CHECKS) {
    expect(seen).not.toContain(code);
    expect(code).toMatch(/^CA\d{4}$/);
    expect(CATEGORIES[Number(code.slice(2, 4)) - 1]).toBe(category);
    for (const before of [...needs, ...unlessFailed]) {
      // The clock check uses whichever service responds, so it comes last.
      expect([...seen], `${code} needs ${before}`).toContain(before);
    }
    seen.add(code);
  }
});
