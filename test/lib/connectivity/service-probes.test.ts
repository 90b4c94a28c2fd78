import { describe, expect, it } from 'vitest';
import { serviceProbes } from '../../../src/lib/connectivity/service-probes.ts';
import type { Container, Pod } from '../../../src/lib/kubernetes/model.ts';
import { makeCatalogue } from '../../../src/lib/services/catalogue.ts';

const container = (ready: boolean): Container => ({
  name: 'main',
  image: 'image',
  ready,
  state: 'running',
  reason: null,
  message: null,
  exitCode: null,
  startedAt: null,
  restarts: 0,
  lastTermination: null,
});

const pod = (name: string, kind: string, owner: string, ready = true): Pod => ({
  name,
  namespace: 'circleci',
  uid: name,
  labels: {},
  phase: 'Running',
  reason: null,
  message: null,
  createdAt: null,
  deletedAt: null,
  nodeName: 'node',
  podIp: '10.0.0.1',
  owner: { kind, name: owner },
  containers: [container(ready)],
  conditions: [],
  resourceVersion: '1',
});

const set = (owner: string) => pod(`${owner}-0`, 'StatefulSet', owner);

describe('the probes of services', () => {
  it('include Nomad for the service that puts jobs on it in server 4.3', () => {
    const pods = [
      pod('docker-provisioner-7f-a', 'ReplicaSet', 'docker-provisioner-7f'),
      set('nomad-server'),
    ];
    const [only, ...others] = serviceProbes(pods, makeCatalogue(), 'github.com');
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      service: 'docker-provisioner',
      probes: [{ check: 'nomad', host: 'nomad-server', port: 4646, skipped: null }],
    });
  });

  it('depend on the pods that exist, and use the names of the version', () => {
    const pods = [
      pod('dispatcher-7f-a', 'ReplicaSet', 'dispatcher-7f', false),
      pod('dispatcher-7f-b', 'ReplicaSet', 'dispatcher-7f'),
      ...['postgresql', 'redis-master', 'vault', 'circleci-mongodb'].map(set),
    ];
    const catalogue = makeCatalogue([], ['circleci-mongodb']);
    const [only, ...others] = serviceProbes(pods, catalogue, 'github.com');
    expect(others).toEqual([]);
    expect(only).toMatchObject({ service: 'dispatcher', pod: 'dispatcher-7f-b' });
    expect(only?.probes.map(({ host, port, skipped }) => [host, port, skipped])).toEqual([
      [null, 5672, 'circleci-rabbitmq has no pod'],
      ['postgresql', 5432, null],
      [
        null,
        27_017,
        'circleci-mongodb runs outside the cluster, and the profile does not say where',
      ],
      ['redis-master', 6379, null],
      ['vault', 8200, null],
    ]);
  });

  it('have no pod if none is ready', () => {
    const pods = [pod('frontend-1-a', 'ReplicaSet', 'frontend-1', false)];
    expect(serviceProbes(pods, makeCatalogue(), 'github.com')).toMatchObject([
      { service: 'frontend', pod: null, probes: [{ check: 'nomad' }, { check: 'github-api' }] },
    ]);
  });
});
