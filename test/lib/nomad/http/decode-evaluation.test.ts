import { describe, expect, it } from 'vitest';
import { decodeEvaluation } from '../../../../src/lib/nomad/http/decode-evaluation.ts';
import { recordedJson } from './recorded-nomad.ts';

describe('decodeEvaluation', () => {
  it('decodes the recorded evaluation that failed to place a build', () => {
    expect(decodeEvaluation(recordedJson('http/evaluation-complete.json'))).toEqual({
      id: 'e2b99dad-64d8-ebf8-cda1-a9efd62d7515',
      jobId: '6007ca6352718c10b1227a5c-0-build-circleci-realitycheck-26',
      nodeId: null,
      type: 'batch',
      triggeredBy: 'job-register',
      status: 'complete',
      statusDescription: null,
      blockedEvaluation: '7d826922-a465-9ab4-9910-8cfad2f6c943',
      previousEvaluation: null,
      nextEvaluation: null,
      waitUntil: null,
      createdAt: new Date(1795450873650),
      modifiedAt: new Date(1795450873670),
      createIndex: 29,
      modifyIndex: 32,
      failures: [
        {
          taskGroup: 'build',
          nodesEvaluated: 3,
          nodesFiltered: 0,
          nodesExhausted: 3,
          nodesAvailable: { default: 3 },
          classFiltered: {},
          constraintFiltered: {},
          classExhausted: { 'linux-64bit': 3 },
          dimensionExhausted: { cpu: 3 },
          quotaExhausted: [],
          coalescedFailures: 0,
        },
      ],
      queued: { build: 1 },
    });
  });

  it('decodes the recorded blocked evaluation', () => {
    expect(decodeEvaluation(recordedJson('http/evaluation-blocked.json'))).toMatchObject({
      status: 'blocked',
      triggeredBy: 'queued-allocs',
      previousEvaluation: 'e2b99dad-64d8-ebf8-cda1-a9efd62d7515',
    });
  });
});
