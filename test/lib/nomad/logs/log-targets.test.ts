import { describe, expect, it } from 'vitest';
import { createHttpNomadClient } from '../../../../src/lib/nomad/http/http-nomad-client.ts';
import {
  findLogTargets,
  type LogTargets,
  logSources,
  taskOf,
} from '../../../../src/lib/nomad/logs/log-targets.ts';
import { failureOf, recordedText, serve } from '../http/recorded-nomad.ts';

const JOB = '6007ca6352718c10b1227a57-0-build-circleci-realitycheck-21';

/** The recorded Nomad, with a job that ran twice. */
async function nomad() {
  const twice = JSON.stringify([
    { ...JSON.parse(recordedText('http/allocation-running.json')), CreateTime: 2e18 },
    ...JSON.parse(recordedText('http/job-running-allocations.json')).map((one: object) => ({
      ...one,
      ID: '11111111-2222-3333-4444-555555555555',
      CreateTime: 1e18,
    })),
  ]);
  const { http } = await serve(({ path }) => {
    if (path === '/v1/allocations') return { body: recordedText('http/allocations.json') };
    if (path === '/v1/jobs') return { body: recordedText('http/jobs.json') };
    if (path.startsWith('/v1/allocation/')) {
      return { body: recordedText('http/allocation-running.json') };
    }
    if (path === `/v1/job/${JOB}/allocations`) return { body: twice };
    return { status: 404, body: 'job not found' };
  });
  return createHttpNomadClient({ http, access: 'direct', requestTimeout: 5_000 });
}

function shortIds({ allocations }: LogTargets): readonly string[] {
  return allocations.map(({ id }) => id.slice(0, 8));
}

describe('findLogTargets', () => {
  it.each([JOB, '21', '#21', 'circleci/realitycheck/21', '6007ca6352718c10b1227a57'])(
    'finds all allocations of the job by %s, oldest first',
    async (target) => {
      const found = await findLogTargets(await nomad(), target);
      expect(found.jobs).toEqual([JOB]);
      expect(shortIds(found)).toEqual(['11111111', '0e449bfc']);
    },
  );

  it.each(['0e449bfc-dd31-87a0-71d8-fe63b5aacb8a', '0e449bf', '0E449BFCDD3'])(
    'finds the allocation by %s',
    async (target) => {
      const found = await findLogTargets(await nomad(), target);
      expect(found.jobs).toEqual([]);
      expect(shortIds(found)).toEqual(['0e449bfc']);
    },
  );

  it.each([
    [
      '26',
      'notFound',
      'NO_ALLOCATION',
      'Job 6007ca6352718c10b1227a5c-0-build-circleci-realitycheck-26 is pending and has no allocation',
    ],
    ['99', 'notFound', 'JOB_NOT_FOUND', 'No Nomad job has the ID or build "99"'],
    ['6007', 'usage', 'AMBIGUOUS_JOB', '"6007" is ambiguous: it matches 5 jobs'],
  ])('explains why %s is not found', async (target, kind, code, message) => {
    const error = await failureOf(findLogTargets(await nomad(), target));
    expect(error).toMatchObject({ kind, code, message: expect.stringContaining(message) });
  });
});

describe('the task to read', () => {
  it('is the build agent, or the requested one', async () => {
    const [allocation] = (await findLogTargets(await nomad(), '0e449bfc')).allocations;
    if (!allocation) throw new Error('no allocation');
    expect(taskOf(allocation, undefined)).toBe('build-agent');
    expect(taskOf({ ...allocation, tasks: null }, undefined)).toBe('build-agent');
    expect(() => taskOf(allocation, 'sidecar')).toThrow(
      expect.objectContaining({
        kind: 'usage',
        code: 'UNKNOWN_TASK',
        message: 'Allocation 0e449bfc has no task "sidecar"',
        hint: 'Its tasks are: build-agent.',
      }),
    );
    const streams = (wanted: { stdout: boolean; both: boolean }) =>
      logSources([allocation], wanted).map(({ stream }) => stream);
    expect(streams({ stdout: false, both: false })).toEqual(['stderr']);
    expect(streams({ stdout: true, both: false })).toEqual(['stdout']);
    expect(streams({ stdout: false, both: true })).toEqual(['stderr', 'stdout']);
  });
});
