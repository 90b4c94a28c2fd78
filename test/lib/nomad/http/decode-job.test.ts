import { describe, expect, it } from 'vitest';
import { decodeJob, decodeJobDetail } from '../../../../src/lib/nomad/http/decode-job.ts';
import { recordedJson } from './recorded-nomad.ts';

const MIB = 1024 * 1024;

describe('decodeJob', () => {
  it('decodes the recorded list', () => {
    const jobs = (recordedJson('http/jobs.json') as unknown[]).map(decodeJob);
    expect(jobs.map((job) => job?.status)).toEqual([
      ...['running', 'running', 'running'],
      ...['dead', 'dead', 'pending'],
    ]);
    expect(jobs[5]).toEqual({
      id: '6007ca6352718c10b1227a5c-0-build-circleci-realitycheck-26',
      parentId: null,
      name: '6007ca6352718c10b1227a5c-0-build-circleci-realitycheck-26',
      type: 'batch',
      priority: 50,
      status: 'pending',
      stopped: false,
      submittedAt: expect.any(Date),
      summary: {
        build: { queued: 1, starting: 0, running: 0, failed: 0, complete: 0, lost: 0 },
      },
    });
  });
});

describe('decodeJobDetail', () => {
  it('decodes the recorded job', () => {
    const job = decodeJobDetail(recordedJson('http/job-running.json'));
    expect(job).toMatchObject({
      datacenters: ['default'],
      meta: { build_url: 'https://circleci.example.com/gh/circleci/realitycheck/21' },
      submittedAt: new Date(1795450873589),
      summary: null,
      constraints: [],
    });
    expect(job?.taskGroups).toEqual([
      {
        name: 'build',
        count: 1,
        resources: { cpuMhz: 2000, memoryBytes: 4120 * MIB, diskBytes: 300 * MIB },
        tasks: [{ name: 'build-agent', driver: 'raw_exec', env: {}, meta: {} }],
        constraints: [],
      },
    ]);
  });

  it('includes the constraints of tasks in their group, and sums up the resources of tasks', () => {
    const job = decodeJobDetail({
      ID: 'j',
      Constraints: [{ LTarget: 'node.class', Operand: '=', RTarget: 'arm' }],
      TaskGroups: [
        {
          Name: 'g',
          Tasks: [
            { Name: 'a', Resources: { CPU: 100, MemoryMB: 10 }, Constraints: [{ LTarget: 'x' }] },
            { Name: 'b', Resources: { CPU: 200, MemoryMB: 20 } },
          ],
        },
      ],
    });
    expect(job?.constraints).toEqual([{ left: 'node.class', operand: '=', right: 'arm' }]);
    expect(job?.taskGroups[0]).toMatchObject({
      resources: { cpuMhz: 300, memoryBytes: 30 * MIB, diskBytes: null },
      constraints: [{ left: 'x', operand: '=', right: '' }],
    });
  });
});
