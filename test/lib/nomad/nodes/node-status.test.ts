import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHttpNomadClient } from '../../../../src/lib/nomad/http/http-nomad-client.ts';
import type {
  Allocation,
  ClientStatus,
  NodeId,
  Resources,
} from '../../../../src/lib/nomad/model.ts';
import { NO_LOAD, type NodeLoad, readLoad } from '../../../../src/lib/nomad/nodes/node-load.ts';
import { describeFleet, readFleet } from '../../../../src/lib/nomad/nodes/node-status.ts';
import { fleetDocument, fleetView } from '../../../../src/lib/nomad/nodes/node-status-view.ts';
import { type NodeSelector, selectNodes } from '../../../../src/lib/nomad/nodes/select-nodes.ts';
import { node } from '../drain/drain-samples.ts';
import { serveRecordings } from '../http/recorded-nomad.ts';
import { printed } from '../printed.ts';

const GIB = 1024 ** 3;
const SIZE: Resources = { cpuMhz: 8_000, memoryBytes: 16 * GIB, diskBytes: null };

const FLEET = [
  node(1, { resources: SIZE }),
  node(2, {
    name: 'ip-10-0-10-2.ec2.internal',
    resources: { ...SIZE, memoryBytes: 256 * GIB },
    version: '1.10.2',
  }),
  node(3, { resources: SIZE, draining: true, eligible: false }),
  node(4, { resources: SIZE, status: 'down' }),
  node(5, { resources: SIZE, eligible: false, nodeClass: 'arm', version: '1.1.2' }),
];

const LOADS = new Map<NodeId, NodeLoad>(
  [
    { running: 2, cpuMhz: 2_000, memoryBytes: 4 * GIB },
    { running: 1, pending: 1, cpuMhz: 1_500, memoryBytes: 2.5 * GIB },
    { running: 1, cpuMhz: 500, memoryBytes: GIB },
  ].map((load, at) => [FLEET[at]?.id ?? ('' as NodeId), { ...NO_LOAD, ...load }]),
);

describe('fleetView', () => {
  it('shows the load of each client, and the current capacity in its last line', () => {
    expect(printed(fleetView(describeFleet(FLEET, LOADS)))).toEqual([
      'ID        NAME           STATUS  ELIGIBLE  DRAIN  BUILDS        CPU       MEMORY',
      '00000001  ip-10-0-10-1   ready   yes       no          2    2/8 GHz     4/16 GiB',
      '00000002  ip-10-0-10-2…  ready   yes       no          1  1.5/8 GHz  2.5/256 GiB',
      '00000003  ip-10-0-10-3   ready   no        yes         1  0.5/8 GHz     1/16 GiB',
      '00000004  ip-10-0-10-4   down    yes       no          0    0/8 GHz     0/16 GiB',
      '00000005  ip-10-0-10-5   ready   no        no          0    0/8 GHz     0/16 GiB',
      'CircleCI reserves 2 vCPUs and 4.0 GiB of every client for coordination (Nomad does not): 264.0 of 272.0 GiB are usable for builds.',
      "Larger than CircleCI's limit of 64 CPUs and 128.0 GiB: ip-10-0-10-2.ec2.internal. Ask CircleCI before using it.",
      '2 of 5 clients accept builds (ready, eligible, not draining): 4 builds running, 1 starting, 3.5 of 16.0 GHz and 6.5 of 272.0 GiB in use. 1 down, 1 draining, 1 ineligible, with 1 build on them.',
    ]);
  });

  it('keeps the capacity of the whole fleet if only some clients are shown', () => {
    const fleet = describeFleet(FLEET, LOADS, { status: ['down'] });
    expect(fleetView(fleet).footer).toContain('1 of 5 clients shown.');
    expect(fleet.capacity).toEqual(describeFleet(FLEET, LOADS).capacity);
  });

  it('shows unknown or null, never zero, for sizes that Nomad does not report', () => {
    const nodes = [node(1), node(2)];
    const loads = new Map([
      [nodes[0]?.id ?? ('' as NodeId), { ...NO_LOAD, running: 1, cpuMhz: null }],
    ]);
    const fleet = describeFleet(nodes, loads);
    expect(fleetView(fleet).footer).toEqual([
      "2 of 2 clients accept builds (ready, eligible, not draining): 1 build running, the clients' sizes are unknown (Nomad before 1.0, or reached by exec).",
    ]);
    expect(fleet.capacity).toMatchObject({
      cpuUsedMhz: null,
      cpuTotalMhz: null,
      memoryTotalBytes: null,
      memoryUsableBytes: null,
    });
    expect(fleet.clients[0]).toMatchObject({ cpuUsedMhz: null, exceedsMemoryLimit: null });
  });

  it('says that no build can run if there are no clients', () => {
    expect(fleetView(describeFleet([], new Map()))).toMatchObject({
      empty: 'No Nomad clients are registered: no build can run.',
      footer: [
        '0 of 0 clients accept builds (ready, eligible, not draining): 0 builds running, no free capacity.',
      ],
    });
  });
});

it('returns a document with unchanged keys', () => {
  const document = fleetDocument(describeFleet(FLEET, LOADS));
  expect(Object.keys(document)).toEqual(['clients', 'capacity']);
  expect(
    Object.keys(document.clients[0] ?? {})
      .sort()
      .join(' '),
  ).toBe(
    'address cpuTotalMhz cpuUsedMhz datacenter draining eligible exceedsMemoryLimit id ' +
      'memoryTotalBytes memoryUsableBytes memoryUsedBytes name nodeClass nodePool ' +
      'nomadReservedCpuMhz nomadReservedMemoryBytes pendingBuilds runningBuilds status ' +
      'statusDescription takesBuilds unknownBuilds version',
  );
  expect(Object.keys(document.capacity).sort().join(' ')).toBe(
    'buildsOnClosedClients clients cpuTotalMhz cpuUsedMhz down draining guide ineligible ' +
      'memoryTotalBytes memoryUsableBytes memoryUsedBytes otherwise pendingBuilds runningBuilds ' +
      'takingBuilds unknownBuilds',
  );
});

describe('selectNodes', () => {
  it.each<[string, NodeSelector, readonly number[]]>([
    ['nothing', {}, [1, 2, 3, 4, 5]],
    ["active, the guide's name for ready", { status: ['active'] }, [1, 2, 3, 5]],
    ['usable', { status: ['usable'] }, [1, 2]],
    ['one of two states', { status: ['down', 'draining'] }, [3, 4]],
    ['ineligible', { status: ['ineligible'] }, [3, 5]],
    ['a class', { nodeClass: ['arm'] }, [5]],
    ['a name', { name: ['*-1?-2.*'] }, [2]],
    ['a glob that must not be read as a regular expression', { name: ['ip.10*'] }, []],
    ['the first components of a version', { nomadVersion: ['1.1'] }, [5]],
    ['a version with a v', { nomadVersion: ['v1.10.2'] }, [2]],
    ['idle', { idle: true }, [4, 5]],
    ['idle and ready', { idle: true, status: ['ready'] }, [5]],
  ])('selects by %s', (_, selector, expected) => {
    const live = new Map([...LOADS].map(([id, load]) => [id, load.running + load.pending]));
    const found = selectNodes(FLEET, selector, live).map((one) => FLEET.indexOf(one as never) + 1);
    expect(found).toEqual(expected);
  });
});

it('counts only live allocations, and knows a sum only if every part is known', async () => {
  const STATUSES = ['pending', 'running', 'unknown', 'complete', 'failed', 'lost'] as const;
  const allocation = fc.record({
    nodeId: fc.constantFrom('a', 'b', 'c'),
    clientStatus: fc.constantFrom<ClientStatus>(...STATUSES),
    cpuMhz: fc.option(fc.integer({ min: 1, max: 100 }), { freq: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(allocation, { maxLength: 40 }), async (drawn) => {
      const loads = await readLoad({
        async *allocations() {
          for (const { nodeId, clientStatus, cpuMhz } of drawn) {
            const resources = cpuMhz === null ? null : { ...SIZE, cpuMhz };
            yield { nodeId, clientStatus, resources } as Allocation;
          }
        },
      });
      for (const id of ['a', 'b', 'c']) {
        const live = drawn.filter(
          (one) =>
            one.nodeId === id && ['pending', 'running', 'unknown'].includes(one.clientStatus),
        );
        const load = loads.get(id as NodeId) ?? NO_LOAD;
        expect(load.running + load.pending + load.unknown).toBe(live.length);
        const known = live.every((one) => one.cpuMhz !== null);
        const sum = live.reduce((total, one) => total + (one.cpuMhz ?? 0), 0);
        expect(load.cpuMhz).toBe(known ? sum : null);
      }
    }),
  );
});

it('reads the recorded fleet in two requests', async () => {
  const served = await serveRecordings();
  const client = createHttpNomadClient({
    ...{ http: served.http, access: 'direct', requestTimeout: 5_000 },
  });
  const fleet = await readFleet(client);
  expect(served.seen.map(({ path }) => path).sort()).toEqual(['/v1/allocations', '/v1/nodes']);
  expect(fleet.clients.map(({ name, runningBuilds }) => [name, runningBuilds])).toEqual([
    ['ip-10-0-10-131', 2],
    ['ip-10-0-10-132', 1],
    ['ip-10-0-10-133', 0],
  ]);
});
