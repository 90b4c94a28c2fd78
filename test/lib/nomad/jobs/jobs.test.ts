import { describe, expect, it } from 'vitest';
import { createHttpNomadClient } from '../../../../src/lib/nomad/http/http-nomad-client.ts';
import { resolveJobs } from '../../../../src/lib/nomad/jobs/find-job.ts';
import { type JobRow, readJobs } from '../../../../src/lib/nomad/jobs/jobs.ts';
import { jobsDocument, jobsView } from '../../../../src/lib/nomad/jobs/jobs-view.ts';
import { failureOf, recordedText, serve } from '../http/recorded-nomad.ts';
import { printed } from '../printed.ts';

const PENDING = '/v1/job/6007ca6352718c10b1227a5c-0-build-circleci-realitycheck-26';
const FILES: Readonly<Record<string, string>> = {
  '/v1/jobs': 'jobs.json',
  '/v1/allocations': 'allocations.json',
  '/v1/evaluations': 'job-pending-evaluations.json',
  '/v1/nodes': 'nodes-resources.json',
  [PENDING]: 'job-pending.json',
};

/** An hour after the recorded jobs were submitted. */
const now = () => new Date('2026-11-23T17:21:13.700Z');

async function recordedJobs(changes: Readonly<Record<string, string>> = {}) {
  const served = await serve(({ path }) => {
    const file = FILES[path];
    const body = changes[path] ?? (file === undefined ? null : recordedText(`http/${file}`));
    return body === null ? { status: 404, body: 'job not found' } : { body };
  });
  const options = { http: served.http, access: 'direct', requestTimeout: 5_000 } as const;
  return { client: createHttpNomadClient(options), seen: served.seen };
}

describe('readJobs', () => {
  it('lists the recorded jobs as CircleCI builds, with the reason of the pending one', async () => {
    const { client, seen } = await recordedJobs();
    const rows = await readJobs(client, {}, { now });
    expect(printed(jobsView(rows, false))).toEqual([
      'BUILD  PROJECT                STATUS        AGE  QUEUED  WHERE / WHY',
      '   26  circleci/realitycheck  pending        1h       -  requires 8000 MHz CPU …',
      '   23  circleci-realitycheck  running        1h   149ms  ip-10-0-10-131',
      '   22  circleci-realitycheck  running        1h   144ms  ip-10-0-10-132',
      '   21  circleci-realitycheck  running        1h   156ms  ip-10-0-10-131',
      '   25  circleci-realitycheck  dead: failed   1h   181ms  ip-10-0-10-131',
      '   24  circleci-realitycheck  dead           1h   198ms  ip-10-0-10-132',
      '1 job pending: requires 8000 MHz CPU and 16.0 GiB memory; the largest client has 4000 MHz and 8.0 GiB. More clients of this size do not help: add a larger one, or use a smaller resource class.',
      '6 jobs: 1 pending, 3 running, 2 dead.',
    ]);
    expect(seen).toHaveLength(5);
  });

  it('distinguishes the parallel tasks of a build', async () => {
    const { client } = await recordedJobs({
      '/v1/jobs': recordedText('http/jobs.json').replaceAll(
        '6007ca6352718c10b1227a58-0-build-circleci-realitycheck-22',
        '6007ca6352718c10b1227a57-1-build-circleci-realitycheck-21',
      ),
    });
    const rows = await readJobs(client, { status: ['running'] }, { now });
    const builds = printed(jobsView(rows, true)).map((line) => line.trim().split(' ')[0]);
    expect(builds).toEqual(['BUILD', '23', '21:1', '21:0', '3']);
    const found = await resolveJobs(client, 'circleci/realitycheck/21');
    expect(found.map(({ id }) => id.slice(20, 26))).toEqual(['7a57-0', '7a57-1']);
    expect(await resolveJobs(client, '21:1')).toHaveLength(1);
  });

  it('lists the jobs that an ambiguous number matches', async () => {
    const { client } = await recordedJobs({
      '/v1/jobs': recordedText('http/jobs.json').replaceAll('realitycheck-22', 'other-21'),
    });
    const error = await failureOf(resolveJobs(client, '21'));
    expect(error).toMatchObject({
      kind: 'usage',
      code: 'AMBIGUOUS_JOB',
      message: expect.stringMatching(/it matches 2 jobs: 6007\S+-21, 6007\S+-21$/),
    });
  });

  it('reads only two lists if no job is pending', async () => {
    const { client, seen } = await recordedJobs();
    const rows = await readJobs(client, { status: ['running'] }, { now });
    expect(rows.map(({ buildNumber }) => buildNumber)).toEqual([23, 22, 21]);
    expect(seen.map(({ path }) => path).sort()).toEqual(['/v1/allocations', '/v1/jobs']);
  });

  it('selects by project, and compares it with the slug of the job', async () => {
    const { client } = await recordedJobs();
    const chosen = (slug: string) =>
      readJobs(client, { build: { slug, number: null } }, { now }).then((rows) => rows.length);
    expect(await chosen('CircleCI-realitycheck')).toBe(6);
    expect(await chosen('circleci-reality')).toBe(0);
  });

  it('explains a pending job as far as possible if it is removed while it is read', async () => {
    const { client } = await recordedJobs({
      '/v1/jobs': recordedText('http/jobs.json').replaceAll('b1227a5c', 'b1227aff'),
      '/v1/evaluations': recordedText('http/job-pending-evaluations.json').replaceAll(
        'b1227a5c',
        'b1227aff',
      ),
    });
    const [row] = await readJobs(client, { status: ['pending'] }, { now });
    expect(row).toMatchObject({ org: null, url: null, pending: { kind: 'exhausted' } });
  });

  it("finds the datacenter in the job if Nomad's evaluation does not name it", async () => {
    // The answer of Nomad 2.0.6 for a job that requires a datacenter without clients.
    const failed = { build: { NodesEvaluated: 0, NodesAvailable: {}, NodePool: 'default' } };
    const evaluations = recordedText('http/job-pending-evaluations.json');
    const { client } = await recordedJobs({
      '/v1/evaluations': evaluations.replace(
        /"FailedTGAllocs": \{[\s\S]*?\n {2}\}/,
        `"FailedTGAllocs": ${JSON.stringify(failed)}`,
      ),
      [PENDING]: recordedText('http/job-pending.json').replace(
        /"Datacenters": \[[^\]]*\]/,
        '"Datacenters": ["nowhere"]',
      ),
    });
    const [row] = await readJobs(client, { status: ['pending'] }, { now });
    expect(row?.pending).toMatchObject({
      kind: 'unknown-datacenter',
      text: 'it requires datacenter "nowhere", which has no client',
    });
  });

  it('returns a document with unchanged keys', async () => {
    const { client } = await recordedJobs();
    const { jobs } = jobsDocument(await readJobs(client, {}, { now }));
    const [row] = JSON.parse(JSON.stringify(jobs)) as JobRow[];
    expect(
      Object.keys(row ?? {})
        .sort()
        .join(' '),
    ).toBe(
      'ageMs buildNumber finishedAt id nodeName org outcome pending placements queueMs repo slug ' +
        'startedAt status stopped submittedAt taskIndex type url',
    );
    expect(row?.submittedAt).toBe('2026-11-23T16:21:13.650Z');
    expect(
      Object.keys(row?.pending ?? {})
        .sort()
        .join(' '),
    ).toBe('details kind moreClientsHelp remedy text');
  });
});
