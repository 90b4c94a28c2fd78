import { describe, expect, it } from 'vitest';
import { sourceCommands } from '../../../../scripts/source-commands.ts';
import type { NameKind } from '../../../../src/lib/cli/completion/candidate.ts';
import { completeLine } from '../../../../src/lib/cli/completion/complete-line.ts';

const table = await sourceCommands();

interface Asked {
  readonly kind: NameKind;
  readonly flags: Readonly<Record<string, string>>;
}

/** Returns the completions of a line, and the names that were looked up. */
async function complete(line: string) {
  const asked: Asked[] = [];
  const completion = await completeLine(table, line.split(' '), async (kind, flags) => {
    asked.push({ kind, flags });
    return [
      { value: `a-${kind}`, about: '' },
      { value: `b-${kind}`, about: '' },
      { value: `id-of-${kind}`, about: '', onlyTyped: true },
    ];
  });
  const values =
    completion.kind === 'files' ? 'files' : completion.candidates.map(({ value }) => value);
  return { values, asked };
}

describe('completeLine', () => {
  it.each([
    ['', ['audit', 'completion', 'config', 'nomad', 'sandbox', 'help'], []],
    ['no', ['nomad'], []],
    ['--v', ['--version'], []],
    ['nomad node', ['node-status'], []],
    // Aliases are completed only if no command name matches.
    ['nomad alloc ', ['logs'], []],
    ['help config pa', ['path'], []],
    ['nonsense ', [], []],
    ['completion comp', [], []],
  ])('completes the words of commands: %j', async (line, values, asked) => {
    const completed = await complete(line);
    expect(completed.values).toEqual(expect.arrayContaining(values));
    if (line !== '') expect(completed.values).toEqual(values);
    expect(completed.asked).toEqual(asked);
  });

  it.each([
    ['nomad drain --dr', ['--dry-run']],
    ['nomad drain --dry-run --dr', []],
    // A flag that can be repeated is offered again.
    ['nomad drain --status down --stat', ['--status']],
    ['nomad logs one -- --fol', []],
    ['nomad status --status ', ['pending', 'running', 'dead']],
    ['nomad status --status=p', ['--status=pending']],
    ['nomad status --status running,p', ['running,pending']],
    ['nomad status -o j', ['json']],
    ['nomad status --json --output nd', ['ndjson']],
    ['nomad logs --tail ', []],
    ['nomad status --nonsense=', []],
    ['config path --kubeconfig ', 'files'],
    ['config validate ./c', 'files'],
    ['sandbox run -- nomad lo', ['logs']],
    ['sandbox run -- nomad drain ', []],
  ])('completes flags and values: %j', async (line, values) => {
    expect(await complete(line)).toEqual({ values, asked: [] });
  });

  it.each<[string, string[], NameKind, Asked['flags']]>([
    ['nomad drain ', ['a-nodes', 'b-nodes'], 'nodes', {}],
    ['nomad drain a-nodes ', ['b-nodes'], 'nodes', {}],
    ['nomad drain --force a', ['a-nodes'], 'nodes', {}],
    ['nomad drain i', ['id-of-nodes'], 'nodes', {}],
    ['nomad drain --name b', ['b-nodes'], 'nodes', {}],
    [
      'nomad logs -n ci --installation=lab ',
      ['a-jobs', 'b-jobs'],
      'jobs',
      { namespace: 'ci', installation: 'lab' },
    ],
    ['nomad status --nomad-pod a', ['a-pods'], 'pods', {}],
    ['nomad cli --installation a', ['a-installations'], 'installations', {}],
    ['config use b', ['b-installations'], 'installations', {}],
    ['config set a', ['a-settings'], 'settings', {}],
    ['audit show a', ['a-changes'], 'changes', {}],
  ])('completes names: %j', async (line, values, kind, flags) => {
    expect(await complete(line)).toEqual({ values, asked: [{ kind, flags }] });
  });

  it('looks up no names if all arguments are given', async () => {
    expect(await complete('nomad logs one ')).toEqual({ values: [], asked: [] });
    expect(await complete('config set one ')).toEqual({ values: [], asked: [] });
  });
});
