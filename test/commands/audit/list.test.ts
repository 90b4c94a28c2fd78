import { describe, expect, it } from 'vitest';
import { machine } from '../../support/machine.ts';

const CLOCK = { now: () => new Date('2026-01-02T03:04:05.678Z'), sleep: async () => undefined };

describe('audit list and audit show', () => {
  it('show a change made by a command, but not a dry run', async () => {
    const { cli } = await machine();
    const options = { clock: CLOCK };
    const set = ['config', 'set', 'host', 'h.example.com', '--installation', 'prod'];
    await cli([...set, '--dry-run'], options);
    expect(await cli([...set, '--yes'], options)).toMatchObject({ exitCode: 0 });

    const list = await cli(['audit', 'list', '--json'], options);
    const { entries } = JSON.parse(list.stdout);
    expect(entries).toMatchObject([
      {
        action: 'set host of installation prod',
        installation: 'prod',
        user: 'tester',
        status: 'done',
        startedAt: '2026-01-02T03:04:05.678Z',
        command: [...set, '--yes'],
      },
    ]);
    const table = await cli(['audit', 'ls'], { ...options, tty: true, columns: 120 });
    expect(table.stdout.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^ID +WHEN +USER +INSTALLATION +ACTION +STATUS +EXIT/),
      expect.stringContaining('2026-01-02T03:04:05Z  tester  prod'),
    ]);
    const shown = await cli(['audit', 'show', entries[0].id.slice(0, 6), '--json'], options);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      plan: { key: 'host', before: null, after: 'h.example.com', changed: null },
      result: { changed: true },
    });
    const people = await cli(['audit', 'show', entries[0].id], { ...options, tty: true });
    expect(people.stdout).toMatch(/^Action +set host of installation prod$/m);
  });

  it.each([
    [['audit', 'show', 'nothing'], 5, 'The audit log has no change "nothing"'],
    [['audit', 'list', '--since', 'yesterday'], 2, '"yesterday" is not a duration'],
    [['audit', 'list', '--limit', '0'], 2, 'an integer greater than or equal to 1'],
  ])('%j exits with %i', async (argv, exitCode, message) => {
    const { cli } = await machine();
    const result = await cli(argv);
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toContain(message);
  });

  it('work for an installation that is no longer in the config file', async () => {
    const { cli } = await machine();
    const result = await cli(['audit', 'list', '--installation', 'gone'], { tty: true });
    expect(result).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'No changes found.\n',
    });
  });
});
