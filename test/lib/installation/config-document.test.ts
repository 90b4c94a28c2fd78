import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfigText } from '../../../src/lib/installation/config-document.ts';

describe('readConfigText', () => {
  it('returns the position of each finding', () => {
    const text = [
      '# ours',
      'installations:',
      '  prod:',
      '    host: h',
      '    nomad:',
      '      adress: http://n # typo',
      '  "lab": {readonly: true}',
      'curent: prod',
    ].join('\n');
    expect(readConfigText(text).findings).toEqual([
      expect.objectContaining({ key: 'curent', line: 8, column: 1 }),
      expect.objectContaining({ key: 'installations.prod.nomad.adress', line: 6, column: 7 }),
      expect.objectContaining({ key: 'installations.lab.readonly', line: 7, column: 11 }),
    ]);
  });

  it('keeps the source text of a version: 4.10 is not 4.1', () => {
    const { config, findings } = readConfigText(
      'installations: {a: {version: 4.10}, b: {version: "3.0"}, c: {version: 3.0}}',
    );
    expect(findings).toEqual([]);
    expect(Object.values(config.installations).map(({ version }) => version)).toEqual([
      '4.10',
      '3.0',
      '3.0',
    ]);
  });

  it.each([
    ['installations: {a: {host: h}', 1, 29],
    ['a: 1\n---\nb: 2', 2, 1],
    ['current: a\ncurrent: b', 2, 1],
    ['a: "canary', 1, 11],
    ['a: *canary', 1, 4],
    ['\tcanary: [', 1, 1],
  ])('reports that %j is not YAML, without quoting it', (text, line, column) => {
    const { findings, readable } = readConfigText(text);
    expect(readable).toBe(false);
    expect(findings[0]).toMatchObject({ key: null, line, column });
    expect(findings[0]?.message).toMatch(/^not valid YAML: \S/);
    expect(JSON.stringify(findings)).not.toContain('canary');
  });

  it.each([
    ['brackets that are nested too deep', '['.repeat(50_000)],
    [
      'aliases that expand too far',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefgh']
        .map((name, at) => `${name}: &${name} [${`*${'abcdefg'[at]},`.repeat(9)}]`)
        .join('\n')}`,
    ],
  ])('rejects %s', (_, text) => {
    expect(readConfigText(text).readable).toBe(false);
  });

  it('never throws for any text', () => {
    const yamlish = fc
      .array(
        fc.constantFrom(
          ...[
            'installations',
            'current',
            'a',
            'nomad',
            ':',
            ' ',
            '\n',
            '  ',
            '- ',
            '{',
            '}',
            '[',
            ']',
          ],
          ...[
            '&x ',
            '*x',
            '!!',
            '!y ',
            '"',
            "'",
            '|',
            '>',
            '#',
            '? ',
            '<<',
            '~',
            ',',
            '%',
            '\t',
            '1',
            '-',
          ],
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary' })), (text) => {
        const { findings, readable } = readConfigText(text);
        if (!readable) expect(findings.length).toBeGreaterThan(0);
        for (const { line, column } of findings) {
          expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
