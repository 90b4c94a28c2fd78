import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAdminError } from '../../../src/lib/errors.ts';
import { readConfigText } from '../../../src/lib/installation/config-document.ts';
import {
  type ConfigEdit,
  editConfig,
  fileHasKey,
} from '../../../src/lib/installation/edit-config.ts';
import { diffLines } from '../../../src/lib/installation/line-diff.ts';
import { profileValue } from '../../../src/lib/installation/profile.ts';

const TARGET = { path: 'config.yaml', preamble: '# made by us\n\n' };

const FILE = `# The installations of ACME.
current: prod # careful

installations:
  # the one that pays
  prod:
    host: circleci.example.com # behind the VPN
    version: "4.1"
    nomad:
      # ask Ada
      access: proxy
  # to break things
  lab:
    readOnly: false

# the end
`;

const edit = (text: string, change: ConfigEdit): string => editConfig(text, change, TARGET);

describe('editConfig', () => {
  it.each<[ConfigEdit, readonly string[]]>([
    [
      { kind: 'set', installation: 'prod', key: 'host', value: 'new.example.com' },
      [
        '    prod:',
        '-     host: circleci.example.com # behind the VPN',
        '+     host: new.example.com # behind the VPN',
      ],
    ],
    [
      { kind: 'set', installation: 'prod', key: 'nomad.port', value: 4647 },
      ['        access: proxy', '+       port: 4647'],
    ],
    [
      { kind: 'set', installation: 'lab', key: 'version', value: '3.0' },
      ['      readOnly: false', '+     version: "3.0"'],
    ],
    [
      { kind: 'set', installation: 'lab', key: 'readOnly', value: true },
      ['    lab:', '-     readOnly: false', '+     readOnly: true'],
    ],
    [
      { kind: 'use', installation: 'lab' },
      ['  # The installations of ACME.', '- current: prod # careful', '+ current: lab # careful'],
    ],
    [
      { kind: 'unset', installation: 'prod', key: 'version' },
      ['      host: circleci.example.com # behind the VPN', '-     version: "4.1"'],
    ],
    [
      { kind: 'unset', installation: 'lab', key: 'readOnly' },
      ['    # to break things', '-   lab:', '-     readOnly: false', '+   lab: {}'],
    ],
  ])('changes only the expected lines for %j', (change, difference) => {
    expect(diffLines(FILE, edit(FILE, change))).toEqual(difference);
  });

  it.each<ConfigEdit>([
    { kind: 'set', installation: 'prod', key: 'version', value: '4.1' },
    { kind: 'unset', installation: 'prod', key: 'nomad.port' },
    { kind: 'use', installation: 'prod' },
    { kind: 'remove', installation: 'gone' },
  ])('does not change the file if %j is already done', (change) => {
    expect(edit(FILE, change)).toBe(FILE);
  });

  it('starts a new file with the preamble, and keeps an emptied profile', () => {
    const made = edit('', { kind: 'set', installation: 'a', key: 'host', value: 'h' });
    expect(made).toBe('# made by us\n\ninstallations:\n  a:\n    host: h\n');
    const emptied = edit(made, { kind: 'unset', installation: 'a', key: 'host' });
    expect(emptied).toContain('  a: {}\n');
    expect(edit(emptied, { kind: 'set', installation: 'a', key: 'host', value: 'h' })).toBe(made);
  });

  it('removes the last installation together with the current one', () => {
    const text = 'current: "1"\ninstallations:\n  1:\n    host: h\n';
    expect(readConfigText(edit(text, { kind: 'remove', installation: '1' }))).toMatchObject({
      config: { installations: {} },
      findings: [],
    });
  });

  it('finds installations whose names are numbers in YAML', () => {
    const text = 'installations:\n  1:\n    host: h\n';
    expect(edit(text, { kind: 'set', installation: '1', key: 'host', value: 'x' })).toBe(
      'installations:\n  1:\n    host: x\n',
    );
    expect(fileHasKey(text, '1', 'host')).toBe(true);
    expect(fileHasKey(text, '1', 'version')).toBe(false);
  });

  it('fixes a faulty file key by key, and rejects an edit that leaves as many faults', () => {
    const text = 'installations:\n  a:\n    hots: h\n    nomad:\n      prt: 1\n';
    const mended = edit(text, { kind: 'unset', installation: 'a', key: 'hots' });
    expect(readConfigText(mended).findings).toHaveLength(1);
    expect(() =>
      edit(text, { kind: 'set', installation: 'a', key: 'host', value: 'h' }),
    ).toThrowError(
      expect.objectContaining({
        kind: 'validation',
        code: 'BAD_CONFIG',
        message: 'config.yaml:3:5: "installations.a.hots" is not a key (and 1 more)',
      }),
    );
  });

  it.each([
    [
      'installations: {a: {server: {tokenFile: /t}}}',
      { kind: 'set', installation: 'a', key: 'server.tokenCommand', value: 'x' } as const,
      'CONFIG_WOULD_BREAK',
      'config.yaml would become invalid: "installations.a.server" has both tokenFile and tokenCommand',
    ],
    [
      'installations:\n  a: &a {host: h}\n  b: *a\n',
      { kind: 'set', installation: 'b', key: 'host', value: 'x' } as const,
      'CONFIG_NOT_EDITABLE',
      '"installations.b" in config.yaml is an alias',
    ],
    [
      'installations: [',
      { kind: 'use', installation: 'a' } as const,
      'BAD_CONFIG',
      expect.stringMatching(/^config.yaml:1:\d+: not valid YAML: /),
    ],
  ])('rejects for %j the edit %j', (text, change, code, message) => {
    expect(() => edit(text, change)).toThrowError(
      expect.objectContaining({ kind: 'validation', code, message }),
    );
  });

  const installation = fc.constantFrom('prod', 'lab', 'new', '1', 'constructor');
  const setting = fc.oneof(
    fc.tuple(
      fc.constantFrom('kubernetes.context', 'nomad.pod', 'nomad.region'),
      fc
        .string({ minLength: 1, maxLength: 90 })
        .filter((text) => text.trim() !== '' && !/\p{Cc}/u.test(text)),
    ),
    fc.tuple(fc.constant('nomad.port'), fc.integer({ min: 1, max: 65_535 })),
    fc.tuple(fc.constant('readOnly'), fc.boolean()),
    fc.tuple(fc.constant('version'), fc.constantFrom('3.0', '4.10')),
  );
  const change: fc.Arbitrary<ConfigEdit> = fc.oneof(
    fc
      .tuple(installation, setting)
      .map(([name, [key, value]]) => ({ kind: 'set', installation: name, key, value }) as const),
    fc
      .tuple(installation, setting)
      .map(([name, [key]]) => ({ kind: 'unset', installation: name, key }) as const),
    installation.map((name) => ({ kind: 'use', installation: name }) as const),
  );

  it('keeps the file valid, its comments and all other keys through any edits', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        let text: string = FILE;
        for (const one of changes) {
          const before = readConfigText(text).config;
          try {
            text = edit(text, one);
          } catch (error) {
            // Only the use of an installation that does not exist is rejected.
            expect(isAdminError(error) && error.code).toBe('CONFIG_WOULD_BREAK');
            expect(one.kind).toBe('use');
            continue;
          }
          const { config, findings } = readConfigText(text);
          expect(findings).toEqual([]);
          for (const comment of [
            '# The installations of ACME.',
            '# the one that pays',
            '# the end',
          ]) {
            expect(text.split(comment)).toHaveLength(2);
          }
          if (one.kind !== 'set' && one.kind !== 'unset') {
            expect(config).toEqual({ ...before, current: one.installation });
            continue;
          }
          const profile = config.installations[one.installation] ?? {};
          const wanted = one.kind === 'set' ? one.value : undefined;
          expect(profileValue(profile, one.key)).toBe(wanted);
          const others = { ...before.installations };
          Reflect.deleteProperty(others, one.installation);
          expect(config.installations).toMatchObject(others);
        }
      }),
      { numRuns: 100 },
    );
  });
});
