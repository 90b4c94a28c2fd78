import { describe, expect, it } from 'vitest';
import { pickFinding } from '../../../../src/lib/queue/build/pick-finding.ts';
import type { StoppedAt } from '../../../../src/lib/queue/build/timeline.ts';
import type { JudgedFinding } from '../../../../src/lib/queue/diagnosis.ts';
import { facts, ID } from './samples.ts';

const { build } = facts(0, {});

function finding(code: string, more: Partial<JudgedFinding> = {}): JudgedFinding {
  return {
    ...{ code, severity: 'error', place: 'dispatcher', subject: null, title: 'it is broken' },
    ...{ evidence: [], remedy: { text: 'Mend it.', commands: [] }, fix: null, builds: [] },
    ...{ causedBy: null, ref: `docs/findings/${code}.md` },
    ...more,
  };
}

const stopped: StoppedAt = {
  ...{ step: 'dispatcher-popped', place: 'dispatcher', task: null, what: '', waitingMs: 90_000 },
  between: ['dispatcher', 'legacy-dispatcher', 'rabbitmq'],
};

describe('the finding for a stuck build', () => {
  it.each<[string, readonly JudgedFinding[], string | null]>([
    ['none where there is none', [], null],
    ['none of elsewhere', [finding('A', { place: 'clients' })], null],
    ['that of its place', [finding('A', { place: 'clients' }), finding('B')], 'B'],
    [
      'that of its place before that of one on the way',
      [finding('A', { place: 'rabbitmq' }), finding('B')],
      'B',
    ],
    ['one on the way', [finding('A', { place: 'rabbitmq' })], 'A'],
    ['an error before a warning', [finding('A', { severity: 'warning' }), finding('B')], 'B'],
    ['a warning where there is no error', [finding('A', { severity: 'warning' })], 'A'],
    [
      'that of a pod of the stage',
      [
        finding('A', { place: 'kubernetes', subject: 'grafana' }),
        finding('B', { place: 'kubernetes', subject: 'distributor' }),
      ],
      'B',
    ],
    ...['acme/web/21', 'acme-web 21', `${ID}-0-build-acme-web-21`].map(
      (name) =>
        [
          `the one that names it as ${name}, wherever that is`,
          [finding('A'), finding('B', { place: 'jobs', builds: ['acme/web/2', name] })],
          'B',
        ] as [string, readonly JudgedFinding[], string],
    ),
    [
      'what is behind it',
      [
        finding('A', { place: 'kubernetes', subject: 'circleci-rabbitmq' }),
        finding('B', { causedBy: 'A' }),
        finding('C', { causedBy: 'B', builds: ['acme/web/21'] }),
      ],
      'A',
    ],
  ])('%s', (_name, findings, expected) => {
    expect(pickFinding({ findings }, build, stopped)?.code ?? null).toBe(expected);
  });

  it('is none for a build that is not stuck', () => {
    expect(pickFinding({ findings: [finding('A')] }, build, null)).toBeNull();
  });

  it('is found even if causes form a cycle', () => {
    const round = [finding('A', { causedBy: 'B' }), finding('B', { causedBy: 'A' })];
    expect(pickFinding({ findings: round }, build, stopped)?.code).toMatch(/[AB]/);
  });
});
