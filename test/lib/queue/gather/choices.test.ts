import { describe, expect, it } from 'vitest';
import type { Allocation, JobId, NodeId, NomadNode } from '../../../../src/lib/nomad/model.ts';
import { unshownFirst } from '../../../../src/lib/queue/gather/gather-nomad.ts';
import { rabbitmqContainer } from '../../../../src/lib/queue/gather/gather-rabbitmq.ts';
import {
  clientsToProbe,
  type OutputSigns,
  outputProbes,
} from '../../../../src/lib/queue/gather/probe-output.ts';
import type { StageLog } from '../../../../src/lib/queue/snapshot/snapshot.ts';
import { stageOf } from '../../../../src/lib/queue/stages.ts';
import { makeCatalogue } from '../../../../src/lib/services/catalogue.ts';
import { container, pod } from '../../pods/sample-pods.ts';

const allocation = (build: string, node = 'n1'): Allocation =>
  ({
    jobId: `5fffffffffffffffffffffff-0-build-${build}` as JobId,
    nodeId: node as NodeId,
  }) as Allocation;

describe('the agent logs that are read first', () => {
  const running = [allocation('acme-web-1'), allocation('acme-api-2'), allocation('acme-web-3')];
  const build = (project: string, number: number, status: string) => ({
    ...{ project, number, status, startedBy: null, queuedAt: null },
    ...{ startedAt: null, stoppedAt: null, url: null, parallel: null },
  });

  it('are those of builds that the UI does not show as running', () => {
    const builds = [
      build('acme/web', 1, 'running'),
      build('acme/api', 2, 'queued'),
      build('Acme/web', 3, 'running'),
    ];
    expect(unshownFirst(running, builds)).toEqual([running[1], running[0], running[2]]);
  });

  it('are the oldest if the builds in the UI are unknown', () => {
    expect(unshownFirst(running, null)).toEqual(running);
  });
});

describe('the clients that probe the port', () => {
  const node = (id: string, rest: Partial<NomadNode> = {}): NomadNode =>
    ({ id, name: id, status: 'ready', eligible: true, draining: false, ...rest }) as NomadNode;

  it('are those with the oldest builds, then those that accept builds, then others that are up', () => {
    const nodes = [
      node('n1', { eligible: false }),
      node('n2'),
      node('n3', { status: 'down' }),
      node('n4', { draining: true }),
      node('n5'),
    ];
    const running = [
      allocation('a-b-1', 'n4'),
      allocation('a-b-2', 'n3'),
      allocation('a-b-3', 'n4'),
    ];
    expect(clientsToProbe(nodes, running).map(({ id }) => id)).toEqual(['n4', 'n2', 'n5']);
    expect(clientsToProbe(nodes.slice(0, 1), []).map(({ id }) => id)).toEqual(['n1']);
  });
});

describe('the address of the output-processor', () => {
  const told = (uri: string): StageLog => ({
    ...{ stage: 'schedulerer', pod: 's', container: 's', previous: false },
    log: {
      status: 'known',
      tookMs: 1,
      value: {
        lines: [{ time: '', text: `task={:event_processor_uri "${uri}", :ram 1}` }],
        ...{ cut: false, fresh: 0, startedAt: null },
      },
    },
  });
  const places: OutputSigns = {
    ...{ host: 'ci.example.com', baseDomain: null, version: null, logs: [] },
    pipeline: 'dispatcher',
  };
  const hosts = (probes: ReturnType<typeof outputProbes>) =>
    typeof probes === 'string' ? probes : probes.map(({ check, host }) => `${check} ${host}`);

  it("is from the profile, or else from the schedulerer's log", () => {
    const logs = [told('http://output.lab.circleci.internal:8585')];
    const at = (base: string) => [`dns output.${base}`, `output-processor output.${base}`];
    expect(hosts(outputProbes({ ...places, logs }))).toEqual(at('lab.circleci.internal'));
    const own = { ...places, baseDomain: 'own.internal', logs };
    expect(hosts(outputProbes(own))).toEqual(at('own.internal'));
  });

  it("is the server's from 4.0 on, and is probed as the server itself from 4.3 on", () => {
    const behind = ['dns ci.example.com', 'output-processor ci.example.com'];
    expect(hosts(outputProbes({ ...places, version: '4.2' }))).toEqual(behind);
    const late = { ...places, pipeline: 'distributor' } as const;
    const server = ['dns ci.example.com', 'server ci.example.com'];
    expect(hosts(outputProbes(late))).toEqual(server);
    expect(hosts(outputProbes({ ...late, version: '4.8' }))).toEqual(server);
    expect(outputProbes({ ...late, host: null })).toMatch(/host is unknown/);
  });

  it('is not probed if it is unknown, or if clients do not use it', () => {
    const logs = [told('http://output.<BASENAME>.circleci.internal:8585')];
    expect(outputProbes({ ...places, logs })).toMatch(/base domain is unknown/);
    expect(outputProbes({ ...places, version: '4.3' })).toMatch(/4\.3/);
  });
});

describe('the container for rabbitmqctl', () => {
  const catalogue = makeCatalogue();
  const rabbit = (rest = {}) =>
    pod({
      workload: 'circleci-rabbitmq',
      name: 'circleci-rabbitmq-0',
      owner: { kind: 'StatefulSet', name: 'circleci-rabbitmq' },
      ...rest,
    });
  const known = (...pods: ReturnType<typeof rabbit>[]) =>
    ({ status: 'known', value: pods, tookMs: 1 }) as const;

  it("is RabbitMQ's own container in a ready pod", () => {
    const containers = [container({ name: 'metrics' }), container({ name: 'rabbitmq' })];
    expect(rabbitmqContainer(known(pod(), rabbit({ containers })), catalogue)).toEqual({
      pod: 'circleci-rabbitmq-0',
      container: 'rabbitmq',
    });
  });

  it.each([
    ['no pod of it', known(pod()), 'RabbitMQ has no pod'],
    [
      'none that is ready',
      known(rabbit({ phase: 'Pending', containers: [container({ ready: false })] })),
      'no pod of RabbitMQ is ready',
    ],
    ['unknown pods', { status: 'not-asked', why: '' } as const, 'the pods could not be read'],
  ])('does not exist with %s', (_, pods, why) => {
    expect(rabbitmqContainer(pods, catalogue)).toBe(why);
  });
});

describe('stageOf', () => {
  it.each([
    ['legacy-dispatcher', 'legacy-dispatcher'],
    ['scheduler', 'schedulerer'],
    ['docker-provisioner', 'schedulerer'],
    ['distributor', 'dispatcher'],
    ['output', 'output-processor'],
    ['frontend', null],
    ['constructor', null],
    [null, null],
  ])('returns for %s the stage %s', (service, stage) => {
    expect(stageOf(service)).toBe(stage);
  });
});
