import { describe, expect, it } from 'vitest';
import { decodeAllocation } from '../../../../src/lib/nomad/http/decode-allocation.ts';
import {
  describeEnd,
  isLive,
  wasKilledByDrain,
} from '../../../../src/lib/nomad/jobs/allocation-end.ts';
import type { Allocation } from '../../../../src/lib/nomad/model.ts';
import { recordedJson } from '../http/recorded-nomad.ts';

function recorded(file: string): Allocation {
  const decoded = decodeAllocation(recordedJson(`http/${file}`), {
    taskStates: true,
    resources: true,
  });
  if (!decoded) throw new Error(`no allocation in ${file}`);
  return decoded;
}

describe('describeEnd', () => {
  it.each([
    ['allocation-running.json', 'running', null, false],
    ['allocation-failed.json', 'failed', 3, false],
    ['allocation-finished-during-drain.json', 'completed', 0, false],
    ['allocation-killed-by-drain-deadline.json', 'killed-by-drain', 0, true],
  ])('determines the end of %s', (file, outcome, exitCode, killed) => {
    const allocation = recorded(file);
    expect(describeEnd(allocation)).toMatchObject({ outcome, exitCode });
    expect(wasKilledByDrain(allocation)).toBe(killed);
    expect(isLive(allocation)).toBe(outcome === 'running');
  });

  it('does not know whether a drain killed a build if its task events were not read', () => {
    const killed = recorded('allocation-killed-by-drain-deadline.json');
    expect(wasKilledByDrain({ ...killed, tasks: null })).toBeNull();
    expect(describeEnd({ ...killed, tasks: null })).toMatchObject({
      exitCode: null,
      finishedAt: null,
    });
  });

  it('distinguishes a stopped job from one that a drain killed', () => {
    const killed = recorded('allocation-killed-by-drain-deadline.json');
    expect(describeEnd({ ...killed, migrate: false }).outcome).toBe('stopped');
  });

  it('does not count a service that a drain stopped as killed, because drains do so by design', () => {
    const killed = recorded('allocation-killed-by-drain-deadline.json');
    const service = { ...killed, jobId: 'telemetry' as Allocation['jobId'], jobType: 'system' };
    expect(describeEnd(service).outcome).toBe('stopped');
    expect(describeEnd({ ...killed, jobType: 'service' }).outcome).toBe('killed-by-drain');
  });

  it('does not count a disconnected client as an end', () => {
    const killed = recorded('allocation-killed-by-drain-deadline.json');
    expect(describeEnd({ ...killed, clientStatus: 'unknown' })).toMatchObject({
      outcome: 'unknown',
      exitCode: null,
    });
  });
});
