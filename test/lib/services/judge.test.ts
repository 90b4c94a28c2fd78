import { describe, expect, it } from 'vitest';
import type { Pod, Workload } from '../../../src/lib/kubernetes/model.ts';
import { makeCatalogue } from '../../../src/lib/services/catalogue.ts';
import { judgeServices, type ServiceStatus } from '../../../src/lib/services/judge.ts';
import { container, pod } from '../pods/sample-pods.ts';

const catalogue = makeCatalogue();

function workload(name: string, rest: Partial<Workload> = {}): Workload {
  return {
    kind: 'Deployment',
    name,
    labels: {},
    selector: {},
    replicas: 1,
    current: 1,
    ready: 1,
    available: 1,
    updated: 1,
    observed: true,
    strategy: 'RollingUpdate',
    restartedAt: null,
    stalled: null,
    ...rest,
  };
}

const unready = { containers: [container({ ready: false })] };

function statusOf(
  name: string,
  pods: readonly Pod[],
  workloads: readonly Workload[] | null = [],
  version: string | null = null,
  external: readonly string[] = [],
): ServiceStatus | undefined {
  const all = judgeServices(makeCatalogue([], external), { pods, workloads, version });
  return all.find((one) => one.name === name);
}

function botToken(name: string, phase: Pod['phase']): Pod {
  return pod({ name, phase, owner: { kind: 'Job', name: 'inject-bottoken' } });
}

describe('the service of a pod', () => {
  const stateful = (name: string, labels: Pod['labels'] = {}): Pod =>
    pod({ name: `${name}-0`, owner: { kind: 'StatefulSet', name }, labels });
  it.each<[string, Pod, string | null]>([
    ['its name', pod({ workload: 'frontend' }), 'frontend'],
    ['3.x names', stateful('circleci-nomad'), 'circleci-nomad'],
    ['4.x names', stateful('nomad-server'), 'circleci-nomad'],
    ['names of databases without a prefix', stateful('mongodb'), 'circleci-mongodb'],
    ['the schedulerer', pod({ workload: 'schedulerer' }), 'scheduler'],
    ['a version in the name', pod({ workload: 'builds-service-v1' }), 'builds-service'],
    ['a family', pod({ workload: 'distributor-cleaner' }), 'distributor'],
    ['a migrator', pod({ workload: 'contexts-service-migrator' }), 'migrators'],
    ['a label', pod({ workload: 'mine', labels: { app: 'schedulerer' } }), 'scheduler'],
    ['a label that two services share', stateful('other', { app: 'redis' }), null],
    ['name before label', stateful('redis-slave', { app: 'redis' }), 'circleci-redis-slave'],
    ['nothing known', pod({ workload: 'backup' }), null],
  ])('is determined by %s', (_name, one, service) => {
    expect(catalogue.serviceOf(one)?.name ?? null).toBe(service);
  });
});

describe('a service', () => {
  it.each<[string, ServiceStatus | undefined, object]>([
    [
      'is up',
      statusOf('frontend', [pod()], [workload('frontend')]),
      { state: 'up', outage: false, ready: 1, wanted: 1 },
    ],
    [
      'is down',
      statusOf('frontend', [pod(unready)], [workload('frontend')]),
      {
        state: 'down',
        outage: true,
        ready: 0,
        why: 'container main runs, but its readiness check fails',
      },
    ],
    [
      'is partly up',
      statusOf('frontend', [pod()], [workload('frontend', { replicas: 2 })]),
      { state: 'partial', outage: true, ready: 1, wanted: 2 },
    ],
    [
      'is scaled to zero',
      statusOf('frontend', [], [workload('frontend', { replicas: 0 })]),
      { state: 'stopped', outage: true },
    ],
    [
      'is down without a pod if its workload wants one',
      statusOf('frontend', [], [workload('frontend')]),
      { state: 'down', outage: true },
    ],
    [
      'is missing in a version that has it',
      statusOf('frontend', [], [], '3.0'),
      { state: 'missing' },
    ],
    [
      'is not missing in another version',
      statusOf('dispatcher', [], [], '4.3'),
      { state: 'absent', outage: false },
    ],
    ['is not missing if no version is known', statusOf('frontend', []), { state: 'absent' }],
    [
      'is missing in any version if a service that needs it runs',
      statusOf('dispatcher', [pod({ workload: 'schedulerer' })]),
      { state: 'missing', outage: true, why: 'it is missing, and scheduler needs it' },
    ],
    [
      'is not missing if the running services are of a version without it',
      statusOf('output-processor', [
        pod({ workload: 'frontend' }),
        pod({ workload: 'docker-provisioner' }),
      ]),
      { state: 'absent', outage: false, why: null },
    ],
    [
      'is not missing if the running services contradict the version of the profile',
      statusOf('output-processor', [pod({ workload: 'docker-provisioner' })], [], '3.0'),
      { state: 'absent', outage: false, why: null },
    ],
    [
      'is missing if other services of its pipeline run',
      statusOf('output', [pod({ workload: 'docker-provisioner' })]),
      { state: 'missing', outage: true, why: 'it is missing, and server 4.3 needs it for builds' },
    ],
    [
      'of 4.3 is not missing if the dispatchers run',
      statusOf('docker-provisioner', [pod({ workload: 'dispatcher' })], [], '4.3'),
      { state: 'absent', outage: false, why: null },
    ],
    [
      'that may be external is not missing if a service that needs it runs',
      statusOf('circleci-mongodb', [pod({ workload: 'frontend' })]),
      { state: 'absent', outage: false, why: expect.stringContaining('as external') },
    ],
    [
      'is stopped if it is scaled to zero',
      statusOf('frontend', [], [workload('frontend', { replicas: 0, ready: 0 })]),
      { state: 'stopped', outage: true, why: 'it is scaled to zero' },
    ],
    [
      'that runs at start-up is done if its second try succeeds',
      statusOf('inject-bottoken', [botToken('a', 'Failed'), botToken('b', 'Succeeded')]),
      { state: 'done', outage: false, why: null },
    ],
    [
      'that runs at start-up is down if every try fails',
      statusOf('inject-bottoken', [botToken('a', 'Failed'), botToken('b', 'Failed')]),
      { state: 'down', outage: true },
    ],
    [
      'is not missing if listing workloads is forbidden',
      statusOf('frontend', [], null, '3.0'),
      { state: 'absent' },
    ],
    [
      'may be external',
      statusOf('circleci-postgresql', [], [], '3.0'),
      { state: 'absent', outage: false },
    ],
    [
      'is external',
      statusOf('circleci-postgresql', [], [], '3.0', ['circleci-postgresql']),
      { state: 'external', outage: false },
    ],
    [
      'that runs at start-up is done',
      statusOf('inject-bottoken', [
        pod({
          workload: 'inject-bottoken',
          phase: 'Succeeded',
          owner: { kind: 'Job', name: 'inject-bottoken' },
        }),
      ]),
      { state: 'done', outage: false },
    ],
    [
      'that is unknown is named after its workload',
      statusOf('backup', [pod({ workload: 'backup', ...unready })], [workload('backup')]),
      { state: 'down', known: false, severity: 'unknown', impact: null },
    ],
  ])('%s', (_name, status, expected) => {
    expect(status).toMatchObject(expected);
  });

  it('is sorted by the severity of its outage', () => {
    const down = ['slanger', 'output-processor', 'frontend', 'backup'];
    const pods = [
      ...down.map((name) => pod({ workload: name, ...unready })),
      pod({ workload: 'api-service' }),
    ];
    const services = judgeServices(catalogue, { pods, workloads: null, version: null });
    expect(services.slice(0, 5).map(({ name }) => name)).toEqual([
      'output-processor',
      'frontend',
      'backup',
      'slanger',
      'api-service',
    ]);
  });
});

it('the catalogue has each service once, with its role and its dependents', () => {
  const names = catalogue.services.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const service of catalogue.services) {
    expect(service.role).not.toBe('');
    for (const other of service.neededBy ?? []) expect(names).toContain(other);
    for (const other of service.replacedBy ?? []) expect(names).toContain(other);
  }
  const losing = catalogue.services.filter(({ losesBuilds }) => losesBuilds);
  expect(losing.map(({ name }) => name)).toEqual([
    'circleci-mongodb',
    'circleci-postgresql',
    'circleci-rabbitmq',
    'output-processor',
    // Its successor in 4.3.
    'output',
  ]);
});
