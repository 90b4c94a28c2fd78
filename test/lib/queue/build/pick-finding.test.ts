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
    ['is none without findings', [], null],
    ['is none at another place', [finding('A', { place: 'clients' })], null],
    ['is the one at its place', [finding('A', { place: 'clients' }), finding('B')], 'B'],
    [
      'is the one at its place rather than on the way',
      [finding('A', { place: 'rabbitmq' }), finding('B')],
      'B',
    ],
    ['is the one on the way', [finding('A', { place: 'rabbitmq' })], 'A'],
    [
      'is an error rather than a warning',
      [finding('A', { severity: 'warning' }), finding('B')],
      'B',
    ],
    ['is a warning if there is no error', [finding('A', { severity: 'warning' })], 'A'],
    [
      'is the one of a pod of the stage',
      [
        finding('A', { place: 'kubernetes', subject: 'grafana' }),
        finding('B', { place: 'kubernetes', subject: 'distributor' }),
      ],
      'B',
    ],
    ...['acme/web/21', 'acme-web 21', `${ID}-0-build-acme-web-21`].map(
      (name) =>
        [
          `is the one that names it as ${name}, at any place`,
          [finding('A'), finding('B', { place: 'jobs', builds: ['acme/web/2', name] })],
          'B',
        ] as [string, readonly JudgedFinding[], string],
    ),
    [
      'is the root cause',
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
