import { describe, expect, it } from 'vitest';
import { decodeAllocation } from '../../../../src/lib/nomad/http/decode-allocation.ts';
import { decodeEvaluation } from '../../../../src/lib/nomad/http/decode-evaluation.ts';
import { decodeJob, decodeJobDetail } from '../../../../src/lib/nomad/http/decode-job.ts';
import { decodeNode, decodeNodeDetail } from '../../../../src/lib/nomad/http/decode-node.ts';
import { describeJob, type JobReport } from '../../../../src/lib/nomad/jobs/job-report.ts';
import { jobView } from '../../../../src/lib/nomad/jobs/job-view.ts';
import { describeClient } from '../../../../src/lib/nomad/nodes/node-detail.ts';
import { clientView, drainText } from '../../../../src/lib/nomad/nodes/node-detail-view.ts';
import { renderDetail } from '../../../../src/lib/terminal/render-detail.ts';
import type { DetailView } from '../../../../src/lib/terminal/table.ts';
import { HOUR_DRAIN, later, WAITING_DRAIN } from '../drain/drain-samples.ts';
import { recordedJson } from '../http/recorded-nomad.ts';

const ALL = { taskStates: true, resources: true };
/** Ten minutes after the recorded jobs were submitted. */
const THEN = new Date('2026-11-23T16:31:14Z');

function text(view: DetailView): readonly string[] {
  return renderDetail(view, { width: 80, color: false, wide: false }).trimEnd().split('\n');
}

function many<T>(file: string, decode: (item: unknown) => T | null): readonly T[] {
  const items = recordedJson(`http/${file}`);
  if (!Array.isArray(items)) throw new Error(`${file} is no list`);
  return items.flatMap((item) => decode(item) ?? []);
}

function recordedReport(name: string): JobReport {
  const detail = decodeJobDetail(recordedJson(`http/job-${name}.json`));
  const job = many('jobs.json', decodeJob).find(({ id }) => id === detail?.id);
  if (!job || !detail) throw new Error(`no job ${name}`);
  return describeJob(
    job,
    detail,
    many(`job-${name}-allocations.json`, (item) => decodeAllocation(item, ALL)),
    {
      evaluations: many(`job-${name}-evaluations.json`, decodeEvaluation),
      nodes: many('nodes-resources.json', decodeNode),
      now: THEN,
    },
  );
}

describe('jobView', () => {
  it('explains why the recorded pending job waits', () => {
    expect(text(jobView(recordedReport('pending'), THEN))).toEqual([
      'Job        6007ca6352718c10b1227a5c-0-build-circleci-realitycheck-26',
      'Build      circleci/realitycheck 26',
      'URL        https://circleci.example.com/gh/circleci/realitycheck/26',
      'Status     pending',
      'Submitted  10m ago (2026-11-23T16:21:13.650Z)',
      'Requires   8.0 GHz CPU, 16.0 GiB memory',
      '',
      'Why it is pending',
      'requires 8000 MHz CPU and 16.0 GiB memory; the largest client has 4000 MHz and 8.0 GiB.',
      'More clients of this size do not help: add a larger one, or use a smaller resource class.',
      'Nomad evaluated 3 clients: 0 filtered, 3 exhausted (cpu 3).',
      '',
      'Allocations',
      'None: it was not placed, or Nomad has removed its allocations.',
      '',
      'Evaluations',
      'ID        TRIGGERED BY   STATUS    FAILURES    CREATED',
      '7d826922  queued-allocs  blocked   -           10m ago',
      'e2b99dad  job-register   complete  not placed  10m ago',
    ]);
  });

  it('shows the exit code of the recorded failed job, and the events of its task', () => {
    const report = recordedReport('failed');
    expect(report.job).toMatchObject({ status: 'dead', outcome: 'failed', pending: null });
    expect(report.allocations[0]).toMatchObject({ outcome: 'failed', exitCode: 3, signal: null });
    expect(text(jobView(report, THEN)).slice(8, 19)).toEqual([
      'Allocations',
      'ID        CLIENT          OUTCOME  EXIT  PLACED   RAN',
      '01c45d2c  ip-10-0-10-131  failed      3  10m ago   0s',
      '',
      'Task events of 01c45d2c',
      'WHEN     EVENT           MESSAGE',
      '10m ago  Received        Task received by client',
      '10m ago  Task Setup      Building Task Directory',
      '10m ago  Started         Task started by client',
      '10m ago  Terminated      Exit Code: 3',
      '10m ago  Not Restarting  Policy allows no restarts',
    ]);
  });

  it('does not show a build that a drain killed as complete', () => {
    const detail = decodeJobDetail(recordedJson('http/job-running.json'));
    if (!detail) throw new Error('no job');
    const killed = many('job-killed-by-drain-deadline-allocations.json', (item) =>
      decodeAllocation(item, ALL),
    );
    const facts = { evaluations: [], nodes: null, now: THEN };
    const { allocations } = describeJob({ ...detail, status: 'dead' }, detail, killed, facts);
    expect(allocations.map(({ outcome, clientStatus }) => [outcome, clientStatus])).toContainEqual([
      'killed-by-drain',
      'complete',
    ]);
    const only = killed.filter(({ migrate }) => migrate);
    const report = describeJob({ ...detail, status: 'dead' }, detail, only, facts);
    expect(text(jobView(report, THEN))).toContain(
      '            Killed by a drain. Nomad reports that as complete.',
    );
  });
});

describe('clientView', () => {
  it('shows the recorded client with its builds, live ones first', () => {
    const detail = decodeNodeDetail(recordedJson('http/node.json'));
    if (!detail) throw new Error('no node');
    const allocations = many('node-allocations.json', (item) => decodeAllocation(item, ALL));
    expect(text(clientView(describeClient(detail, allocations), THEN)).slice(12)).toEqual([
      '',
      'Resources',
      'CPU in use         3/4 GHz (2 vCPUs)',
      'Memory in use      6/8 GiB',
      'Usable for builds  0 MHz and 4.0 GiB, after the 2 vCPUs and 4.0 GiB that',
      '                   CircleCI reserves (Nomad does not)',
      '',
      'Builds on it',
      'ALLOCATION  BUILD                     RUNNING FOR  TASK',
      '497a8a6b    circleci-realitycheck 23  10m          running',
      '0e449bfc    circleci-realitycheck 21  10m          running',
      '',
      'Ended here',
      'ALLOCATION  BUILD                     OUTCOME  EXIT  ENDED',
      '01c45d2c    circleci-realitycheck 25  failed      3  10m ago',
      '',
      'Events',
      'WHEN        SUBSYSTEM  MESSAGE',
      '10m29s ago  Cluster    Node registered',
    ]);
  });

  it.each([
    [{}, 'None.'],
    [{ eligible: false }, 'None: the client can be removed.'],
    [
      { eligible: false, status: 'down' as const },
      'None that Nomad knows of: what still runs on a machine that is down cannot be seen.',
    ],
  ])('says that a client can be removed only if Nomad is in contact with it', (changes, words) => {
    const detail = decodeNodeDetail(recordedJson('http/node.json'));
    if (!detail) throw new Error('no node');
    expect(text(clientView(describeClient({ ...detail, ...changes }, []), THEN))).toContain(words);
  });

  it('shows the last known state of a build on a disconnected client', () => {
    const detail = decodeNodeDetail(recordedJson('http/node.json'));
    if (!detail) throw new Error('no node');
    const lost = many('node-allocations.json', (item) => {
      const decoded = decodeAllocation(item, ALL);
      return decoded && { ...decoded, clientStatus: 'unknown' as const };
    });
    const disconnected = describeClient({ ...detail, status: 'disconnected' }, lost);
    expect(text(clientView(disconnected, THEN))).toContain(
      '497a8a6b    circleci-realitycheck 23  10m          last seen running',
    );
  });

  it.each([
    [null, false, 'no'],
    [null, true, 'yes'],
    [WAITING_DRAIN, true, 'no deadline: waits for its builds, for 1m30s'],
    [HOUR_DRAIN, true, 'kills builds still running at 2026-11-23T15:00:00.000Z, for 1m30s'],
    [
      { ...WAITING_DRAIN, kind: 'force' as const, startedAt: null },
      true,
      'forced: builds are killed at once',
    ],
  ])('describes a drain', (drain, draining, words) => {
    expect(drainText(drain, draining, later(90))).toBe(words);
  });
});
