import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/lib/connectivity/check-result.ts';
import { explainChecks } from '../../../src/lib/connectivity/explain.ts';

const OUTPUT: CheckResult = {
  clientId: 'id',
  client: 'a',
  service: null,
  pod: null,
  check: 'output-processor',
  host: 'output.prod.circleci.internal',
  port: 8585,
  outcome: 'failed',
  exitCode: 28,
  meaning: 'no answer in time',
  hint: 'Allow the port.',
};
const from = (client: string, changed: Partial<CheckResult> = {}): CheckResult => {
  return { ...OUTPUT, client, ...changed };
};

describe('explainChecks', () => {
  it('combines the same result from several places, and gives each hint once', () => {
    const server = { check: 'server', host: 'circleci.example.com', port: 443 } as const;
    expect(explainChecks([from('a'), from('a', server), from('b')])).toEqual([
      'output-processor output.prod.circleci.internal:8585 from a, b: no answer in time (exit 28). Allow the port.',
      'server circleci.example.com:443 from a: no answer in time (exit 28).',
    ]);
    expect(explainChecks(['a', 'b', 'c', 'd'].map((name) => from(name)))[0]).toContain(
      ' from 4 clients: ',
    );
  });

  it('describes failures before checks that were not run, and omits successes', () => {
    const skipped = { outcome: 'skipped', host: null, hint: null, meaning: 'not known' } as const;
    const unset = from('a', { ...skipped, exitCode: null });
    expect(explainChecks([unset, from('a', { outcome: 'ok' }), from('b')])).toEqual([
      expect.stringMatching(/^output-processor output\S+ from b: /),
      'output-processor not checked from a: not known.',
    ]);
  });
});
