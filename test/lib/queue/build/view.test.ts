import { describe, expect, it } from 'vitest';
import { buildTimeline } from '../../../../src/lib/queue/build/build-timeline.ts';
import type { BuildReport } from '../../../../src/lib/queue/build/follow-build.ts';
import { buildDocument, buildView, stepsTable } from '../../../../src/lib/queue/build/view.ts';
import type { JudgedFinding } from '../../../../src/lib/queue/diagnosis.ts';
import { renderDetail } from '../../../../src/lib/terminal/render-detail.ts';
import { at, BLOCKED, facts, ID, job, known, POSTED, placement, stage } from './samples.ts';

const line = { pod: 'legacy-dispatcher-1', time: '' };

const LOST: JudgedFinding = {
  ...{ code: 'CQ0202', severity: 'error', place: 'dispatcher', subject: 'dispatcher' },
  title: '2 builds lost between legacy-dispatcher and dispatcher',
  evidence: [
    { kind: 'line', ...line, text: 'forwarded to run-queue; build-name=acme/api/7;' },
    { kind: 'fact', text: `dispatcher: ${'x'.repeat(3_000)}` },
    { kind: 'line', ...line, text: 'forwarded to run-queue; build-name=acme/web/21;' },
  ],
  remedy: { text: 'Delete both pods.', commands: ['circleci-admin troubleshoot queue --fix'] },
  fix: { kind: 'delete-pods', services: ['legacy-dispatcher', 'dispatcher'] },
  ...{ builds: ['acme/web/21'], causedBy: null, ref: 'docs/findings/CQ0202.md' },
};

function reported(given: Parameters<typeof facts>[1], finding: JudgedFinding | null): BuildReport {
  const timeline = buildTimeline(facts(200, given));
  const notes = ['Nomad was not read: it hangs'];
  return {
    ...timeline,
    installation: 'lab',
    takenAt: at(200),
    pipeline: 'legacy-dispatcher',
    finding,
    notes,
  };
}

const lost = reported(
  { stages: [...POSTED.slice(0, 1), stage('dispatcher', []), stage('schedulerer', [])] },
  LOST,
);

describe('the view of a build', () => {
  it('shows its steps in 80 columns, where it is stuck, and why', () => {
    const text = renderDetail(buildView(lost), { width: 80, color: false, wide: false });
    expect(text.split('\n')).toEqual([
      'Build  acme/web/21',
      'State  lost: stuck at dispatcher for 3m19s',
      '',
      'TIME (UTC)     AFTER  STEP               WHAT',
      '09:00:00.000       -  UI                 queued in the UI by ada',
      '09:00:00.100   100ms  legacy-dispatcher  received it',
      '09:00:00.110    10ms  legacy-dispatcher  forwarded it to the run queue',
      '-             +3m19s  dispatcher         not in its log',
      '',
      'Why: CQ0202 2 builds lost between legacy-dispatcher and dispatcher',
      'legacy-dispatcher-1 | forwarded to run-queue; build-name=acme/web/21;',
      'legacy-dispatcher-1 | forwarded to run-queue; build-name=acme/api/7;',
      'dispatcher:',
      `  ${'x'.repeat(78)}`,
      `  ${'x'.repeat(78)}`,
      expect.stringMatching(/^ {2}x{71}…$/),
      'Delete both pods.',
      '  circleci-admin troubleshoot queue --fix',
      'See circleci-admin help CQ0202',
      '',
      'Note: Nomad was not read: it hangs',
      '',
    ]);
  });

  it('shows the day with each time if a step was on another day', () => {
    const later = { ...lost, takenAt: new Date(at(200).getTime() + 86_400_000) };
    const text = renderDetail(buildView(later), { width: 80, color: false, wide: false });
    const day = at(0).toISOString().slice(5, 10);
    expect(text).toContain(`\n${day} 09:00:00.100   100ms  legacy-dispatcher  received it\n`);
    expect(text).toContain('\n-                   +3m19s  dispatcher         not in its log');
  });

  it('contains everything as JSON', () => {
    const document = buildDocument(lost);
    expect(Object.keys(document)).toEqual([
      ...[
        'installation',
        'takenAt',
        'pipeline',
        'build',
        'state',
        'steps',
        'stoppedAt',
        'finding',
        'notes',
      ],
    ]);
    expect(document).toMatchObject({
      build: { name: 'acme/web/21', buildId: ID, task: null },
      state: 'lost',
      stoppedAt: {
        ...{ step: 'dispatcher-popped', place: 'dispatcher', task: null, waitingMs: 199_890 },
        between: ['dispatcher', 'legacy-dispatcher', 'rabbitmq'],
      },
      finding: { code: 'CQ0202', fixable: true, evidence: { length: 3 } },
    });
    expect(Object.keys(document.steps[1] ?? {}).sort()).toEqual([
      ...['approximate', 'at', 'clock', 'evidence', 'id', 'place', 'placement', 'sincePreviousMs'],
      ...['state', 'task', 'what', 'where'],
    ]);
    expect(document.steps[2]).toMatchObject({
      ...{ at: at(0.11), clock: 'node of legacy-dispatcher-1', sincePreviousMs: 10 },
      evidence: { pod: 'legacy-dispatcher-1', text: 'forwarded it' },
    });
  });

  it('says where to look if no rule found the cause', () => {
    const text = renderDetail(buildView({ ...lost, finding: null }), {
      ...{ width: 80, color: false, wide: false },
    });
    expect(text).toContain(
      'Why\ndispatcher: not in its log. No rule found a cause; run all checks:\n  circleci-admin troubleshoot queue\n',
    );
  });

  it('distinguishes parallel tasks', () => {
    const jobs = known([job('running', [placement(0.54, 2)]), job('pending', [], BLOCKED, 1)]);
    const report = reported({ jobs }, null);
    const { columns } = stepsTable(report);
    expect(columns.map(({ key }) => key)).toContain('task');
    expect(stepsTable(lost).columns.map(({ key }) => key)).not.toContain('task');
    const text = renderDetail(buildView(report), { width: 80, color: false, wide: false });
    expect(text).toContain('stuck at nomad, task 1 for 3m19s');
    expect(text).toMatch(/\n- +\+3m19s +nomad +1 +not placed: /);
  });
});
