import { describe, expect, it } from 'vitest';
import { createHttpNomadClient } from '../../../../src/lib/nomad/http/http-nomad-client.ts';
import type { JobRow } from '../../../../src/lib/nomad/jobs/jobs.ts';
import { watchJobs } from '../../../../src/lib/nomad/jobs/watch-jobs.ts';
import { hurriedClock } from '../../http/loopback.ts';
import { type Answer, failureOf, recordedText, serve } from '../http/recorded-nomad.ts';

const JOBS = recordedText('http/jobs.json');
const ENDED = JOBS.replaceAll('"Status": "running"', '"Status": "dead"');

/** A Nomad that gives the answers to its list of jobs in order; the last answer is repeated. */
async function nomad(answers: readonly Answer[]) {
  const left = [...answers];
  const { http, seen } = await serve(({ path }) => {
    if (path === '/v1/jobs') return (left.length > 1 ? left.shift() : left[0]) ?? { body: '[]' };
    if (path === '/v1/allocations') return { body: recordedText('http/allocations.json') };
    return { status: 404, body: 'not asked' };
  });
  const client = createHttpNomadClient({ http, access: 'direct', requestTimeout: 5_000 });
  return {
    client,
    indexes: () => seen.flatMap((one) => (one.path === '/v1/jobs' ? [one.query['index']] : [])),
  };
}

async function states(
  client: Awaited<ReturnType<typeof nomad>>['client'],
  until: number,
): Promise<readonly (readonly JobRow[])[]> {
  const stop = new AbortController();
  const found: (readonly JobRow[])[] = [];
  const watched = watchJobs(
    client,
    { status: ['running'] },
    { clock: hurriedClock(), signal: stop.signal },
  );
  for await (const rows of watched) {
    found.push(rows);
    if (found.length === until) stop.abort();
  }
  return found;
}

const at = (index: number, body: string): Answer => ({
  headers: { 'X-Nomad-Index': String(index) },
  body,
});

describe('watchJobs', () => {
  it('yields each change once, watches from the known index, and retries failures', async () => {
    const { client, indexes } = await nomad([
      at(10, JOBS),
      at(11, JOBS),
      { status: 500, body: 'No cluster leader' },
      { status: 500, body: 'No cluster leader' },
      at(12, ENDED),
    ]);
    const found = await states(client, 2);
    expect(found.map((rows) => rows.length)).toEqual([3, 0]);
    expect(indexes()).toEqual([undefined, '10', '11', '11', '11']);
  });

  it('starts again if the index went backwards', async () => {
    const { client, indexes } = await nomad([at(10, JOBS), at(5, ENDED), at(6, JOBS)]);
    expect((await states(client, 3)).map((rows) => rows.length)).toEqual([3, 0, 3]);
    expect(indexes().slice(0, 3)).toEqual([undefined, '10', undefined]);
  });

  it.each([
    ['at once', { status: 403, body: 'Permission denied' }, 'NOMAD_PERMISSION_DENIED', 1],
    ['after several attempts', { status: 500, body: 'No cluster leader' }, 'NOMAD_NO_LEADER', 24],
  ])('fails %s', async (_, answer, code, requests) => {
    const { client, indexes } = await nomad([answer]);
    expect(await failureOf(states(client, 1))).toMatchObject({ code });
    expect(indexes()).toHaveLength(requests);
  });
});
