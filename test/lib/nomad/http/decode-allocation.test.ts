import { describe, expect, it } from 'vitest';
import { decodeAllocation } from '../../../../src/lib/nomad/http/decode-allocation.ts';
import { recordedJson } from './recorded-nomad.ts';

const MIB = 1024 * 1024;
const EVERYTHING = { taskStates: true, resources: true };
const MINIMAL = { ID: 'a', JobID: 'j', NodeID: 'n' };

describe('decodeAllocation', () => {
  it('decodes the recorded build that was killed by a drain deadline', () => {
    const wire = recordedJson('http/allocation-killed-by-drain-deadline.json');
    const allocation = decodeAllocation(wire, EVERYTHING);
    expect(allocation).toMatchObject({
      id: 'fb9f2d16-2f2f-af30-9e58-9ee8b5c34e5a',
      jobId: '6007ca6352718c10b1227a61-0-build-circleci-realitycheck-31',
      jobType: 'batch',
      taskGroup: 'build',
      nodeName: 'ip-10-0-10-131',
      desiredStatus: 'stop',
      clientStatus: 'complete',
      migrate: true,
      createdAt: new Date(1795451018060),
      resources: { cpuMhz: 500, memoryBytes: 256 * MIB, diskBytes: 300 * MIB },
    });
    const [task] = allocation?.tasks ?? [];
    expect(task?.name).toBe('build-agent');
    expect(task?.events.map(({ type, exitCode }) => [type, exitCode])).toEqual([
      ['Received', null],
      ['Task Setup', null],
      ['Started', null],
      ['Killing', null],
      ['Terminated', 0],
      ['Killed', null],
    ]);
  });

  it('decodes the exit code of the recorded failed build from the list', () => {
    const list = recordedJson('http/allocations.json') as unknown[];
    const allocations = list.map((item) => decodeAllocation(item, EVERYTHING));
    const failed = allocations.find((allocation) => allocation?.clientStatus === 'failed');
    expect(failed?.jobType).toBe('batch');
    expect(failed?.resources).toBeNull();
    expect(failed?.tasks?.[0]).toMatchObject({ state: 'dead', failed: true, restarts: 0 });
    const codes = failed?.tasks?.[0]?.events.flatMap(({ exitCode }) => exitCode ?? []);
    expect(codes).toEqual([3]);
    expect(allocations).toHaveLength(list.length);
    expect(allocations).not.toContain(null);
  });

  it('returns null for parts that were not requested', () => {
    const wire = recordedJson('http/allocation-running.json');
    const allocation = decodeAllocation(wire, { taskStates: false, resources: false });
    expect(allocation).toMatchObject({ clientStatus: 'running', tasks: null, resources: null });
  });

  it.each([
    ['no task states yet', MINIMAL, { tasks: [] }],
    ['no times', { ...MINIMAL, CreateTime: 0 }, { createdAt: null, modifiedAt: null }],
    ['a status of a later version', { ...MINIMAL, ClientStatus: 'x' }, { clientStatus: 'unknown' }],
    ['a killing signal', withEvent({ signal: '9', exit_code: '137' }), 9],
    ['no signal', withEvent({ signal: '0', exit_code: '137' }), null],
  ])('decodes %s', (_, wire, expected) => {
    const allocation = decodeAllocation(wire, EVERYTHING);
    if (typeof expected === 'object' && expected) expect(allocation).toMatchObject(expected);
    else expect(allocation?.tasks?.[0]?.events[0]?.signal).toBe(expected);
  });
});

function withEvent(Details: unknown): unknown {
  return { ...MINIMAL, TaskStates: { t: { Events: [{ Type: 'Terminated', Details }] } } };
}
