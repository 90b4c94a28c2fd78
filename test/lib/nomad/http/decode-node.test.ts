import { describe, expect, it } from 'vitest';
import {
  decodeDrainStrategy,
  decodeNode,
  decodeNodeDetail,
} from '../../../../src/lib/nomad/http/decode-node.ts';
import { recordedJson } from './recorded-nomad.ts';

const MIB = 1024 * 1024;

describe('decodeNode', () => {
  it('decodes the recorded list', () => {
    const nodes = (recordedJson('http/nodes.json') as unknown[]).map(decodeNode);
    expect(nodes.map((node) => node?.name)).toEqual([
      'ip-10-0-10-131',
      'ip-10-0-10-133',
      'ip-10-0-10-132',
    ]);
    expect(nodes[0]).toEqual({
      id: '4ad846c5-2aad-cbf8-09d9-e3e54d2d00dd',
      name: 'ip-10-0-10-131',
      address: '127.0.0.1',
      datacenter: 'default',
      nodeClass: 'linux-64bit',
      nodePool: null,
      version: '1.0.4',
      status: 'ready',
      statusDescription: null,
      eligible: true,
      draining: false,
      resources: null,
      reserved: null,
    });
  });

  it('decodes requested resources, in bytes and MHz', () => {
    const [node] = (recordedJson('http/nodes-resources.json') as unknown[]).map(decodeNode);
    expect(node?.resources).toEqual({
      cpuMhz: 4000,
      memoryBytes: 8192 * MIB,
      diskBytes: 77873 * MIB,
    });
    expect(node?.reserved).toEqual({ cpuMhz: 0, memoryBytes: 0, diskBytes: 0 });
  });

  it.each([
    ['a status of a later version', { ID: 'a', Status: 'hibernating' }, { status: 'unknown' }],
    ['disconnected', { ID: 'a', Status: 'disconnected' }, { status: 'disconnected' }],
    ['no eligibility', { ID: 'a' }, { eligible: false, draining: false }],
    ['a drain without the old field Drain', { ID: 'a', DrainStrategy: {} }, { draining: true }],
    [
      'resources before 1.0',
      { ID: 'a', Resources: { CPU: 100, MemoryMB: 1, DiskMB: 2 }, Reserved: { CPU: 1 } },
      { resources: { cpuMhz: 100, memoryBytes: MIB, diskBytes: 2 * MIB }, reserved: null },
    ],
    ['wrong types', { ID: 'a', Name: 7, Address: {}, Version: [] }, { name: 'a', version: null }],
  ])('decodes %s', (_, wire, expected) => {
    expect(decodeNode(wire)).toMatchObject(expected);
  });

  it('returns null without an ID', () => {
    expect(decodeNode({ Name: 'nameless' })).toBeNull();
  });
});

describe('decodeNodeDetail', () => {
  it('decodes the recorded node, whose detail has neither Address nor Version', () => {
    const node = decodeNodeDetail(recordedJson('http/node.json'));
    expect(node).toMatchObject({
      address: '127.0.0.1',
      version: '1.0.4',
      httpAddress: '127.0.0.1:4651',
      drainStrategy: null,
      lastDrain: null,
      instance: null,
      resources: { cpuMhz: 4000 },
    });
    expect(node?.meta['circleci_rig']).toBe('1');
    expect(node?.events).toEqual([
      {
        at: new Date('2026-11-23T16:20:45Z'),
        subsystem: 'Cluster',
        message: 'Node registered',
        details: {},
      },
    ]);
  });

  it('decodes a recorded forced drain', () => {
    const node = decodeNodeDetail(recordedJson('http/node-draining.json'));
    expect(node?.drainStrategy).toEqual({
      kind: 'force',
      deadlineMs: null,
      forceAt: null,
      startedAt: new Date('2026-11-23T16:22:07.184Z'),
      ignoreSystemJobs: false,
    });
  });

  it('decodes the last drain of 1.1 and later', () => {
    const wire = {
      ID: 'a',
      LastDrain: {
        StartedAt: '2026-01-02T03:04:05Z',
        UpdatedAt: '0001-01-01T00:00:00Z',
        Status: 'complete',
        Meta: { message: 'image rotation' },
      },
    };
    expect(decodeNodeDetail(wire)?.lastDrain).toEqual({
      status: 'complete',
      startedAt: new Date('2026-01-02T03:04:05Z'),
      updatedAt: null,
      meta: { message: 'image rotation' },
    });
  });

  it.each([
    [
      'EC2',
      {
        'unique.platform.aws.instance-id': 'i-0abc',
        'platform.aws.placement.availability-zone': 'us-east-1a',
        'platform.aws.instance-type': 'm5.large',
      },
      { cloud: 'aws', id: 'i-0abc', zone: 'us-east-1a', type: 'm5.large' },
    ],
    [
      'GCE, whose metadata contains paths',
      {
        'unique.platform.gce.id': '4711',
        'platform.gce.zone': 'projects/1/zones/us-east1-b',
        'platform.gce.machine-type': 'n2-standard-4',
      },
      { cloud: 'gcp', id: '4711', zone: 'us-east1-b', type: 'n2-standard-4' },
    ],
    ['EC2 with incomplete metadata', { 'platform.aws.instance-type': 'm5.large' }, null],
  ])('decodes the instance of %s', (_, Attributes, expected) => {
    expect(decodeNodeDetail({ ID: 'a', Attributes })?.instance).toEqual(expected);
  });
});

describe('decodeDrainStrategy', () => {
  it.each([
    [3_600_000_000_000, 'deadline', 3_600_000, new Date('2026-01-01T01:00:00Z')],
    [0, 'no-deadline', null, null],
    [undefined, 'no-deadline', null, null],
    [-1_000_000_000, 'force', null, null],
  ])(
    'derives the kind of drain from the sign of the deadline: %s',
    (Deadline, kind, deadlineMs, forceAt) => {
      const wire = { Deadline, ForceDeadline: '2026-01-01T01:00:00Z' };
      expect(decodeDrainStrategy(wire)).toMatchObject({ kind, deadlineMs, forceAt });
    },
  );
});
