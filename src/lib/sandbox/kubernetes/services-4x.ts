import type { ContainerSpec, PodSpec } from './scenario.ts';

const DATA = { layer: 'data' };

/** Returns the name of an image in the registry of 4.x. */
function image(name: string, version: string): string {
  return `cciserver.azurecr.io/${name}:${version}`;
}

function stateful(
  name: string,
  image: string,
  labels: Record<string, string>,
  ports: Record<string, number>,
) {
  return {
    name,
    kind: 'StatefulSet',
    labels: { ...labels, ...DATA },
    containers: [{ name, image, ports }],
    readyAfterMs: 6_000,
  } as const satisfies PodSpec;
}

/** Databases and similar services, named without `circleci-` from later 3.x on. */
const DATA_PODS: readonly PodSpec[] = [
  stateful(
    'mongodb',
    'bitnami/mongodb:4.4.15',
    { 'app.kubernetes.io/name': 'mongodb' },
    { mongodb: 27017 },
  ),
  stateful(
    'postgresql',
    'bitnami/postgresql:12.6.0',
    { 'app.kubernetes.io/name': 'postgresql' },
    { tcp: 5432 },
  ),
  stateful(
    'rabbitmq',
    'bitnami/rabbitmq:3.10.5',
    { 'app.kubernetes.io/name': 'rabbitmq' },
    { amqp: 5672 },
  ),
  stateful(
    'redis-master',
    'bitnami/redis:6.2.5',
    { app: 'redis', role: 'master' },
    { redis: 6379 },
  ),
  stateful('redis-slave', 'bitnami/redis:6.2.5', { app: 'redis', role: 'slave' }, { redis: 6379 }),
  stateful('vault', 'vault:1.9.0', { app: 'vault' }, { api: 8200 }),
];

/** The deployments of both 4.2 and 4.3. */
const COMMON_4X = [
  'api-service',
  'audit-log-service',
  'branch-service',
  'builds-service',
  'contexts-service',
  'cron-service',
  'domain-service',
  'insights-service',
  'kong',
  'nginx',
  'orb-service',
  'permissions-service',
  'policy-service',
  'soketi',
  'test-results',
  'web-ui',
  'webhook-service',
  'workflows-conductor',
];

const DISTRIBUTOR = ['cleaner', 'dispatcher', 'external', 'internal'];

function nomadServer(nomad: string): PodSpec {
  return {
    name: 'nomad-server',
    kind: 'StatefulSet',
    replicas: 3,
    labels: { app: 'nomad-server', layer: 'execution' },
    containers: [
      {
        name: 'nomad-server',
        image: `circleci/nomad-server:${nomad}`,
        command: ['/usr/local/bin/nomad', 'agent', '-config', '/etc/nomad/server.hcl'],
        ports: { http: 4646, rpc: 4647 },
      },
    ],
    readyAfterMs: 4_000,
    readinessPath: '/v1/status/leader',
  };
}

/**
 * Returns the pods of all 4.x versions. Names and labels are from the 4.x documentation where it
 * shows them, the rest by convention.
 */
function shared(version: string, nomad: string): readonly PodSpec[] {
  return [
    nomadServer(nomad),
    ...DATA_PODS,
    {
      name: 'frontend',
      containers: [{ name: 'frontend', ports: { http: 3000, nrepl: 6005 } }],
      readyAfterMs: 20_000,
    },
    {
      name: 'telegraf',
      labels: { 'app.kubernetes.io/name': 'telegraf' },
      containers: [{ name: 'telegraf', image: 'telegraf:1.20', ports: { statsd: 8125 } }],
    },
    // Added within 3.x, beside the dispatchers.
    ...DISTRIBUTOR.map((part) => ({
      name: `distributor-${part}`,
      containers: [{ name: 'distributor', image: image('distributor', version) }],
      readyAfterMs: 8_000,
    })),
    ...COMMON_4X.map((name) => ({ name })),
  ];
}

/** Adds the images of a version to containers without an image. */
function tagged(pods: readonly PodSpec[], version: string): readonly PodSpec[] {
  return pods.map((pod) => {
    const containers: readonly ContainerSpec[] = pod.containers ?? [{ name: pod.name }];
    return {
      ...pod,
      containers: containers.map((one) => ({ image: image(one.name, version), ...one })),
    };
  });
}

const VERSION_4_2 = '4.2.7';
const VERSION_4_3 = '4.3.0';

/** The pods of 4.2: the services of 3.x without legacy-dispatcher, with the names of 4.x. */
export const INSTALLATION_4_2: readonly PodSpec[] = tagged(
  [
    ...shared(VERSION_4_2, '1.1.2'),
    { name: 'dispatcher', readyAfterMs: 8_000 },
    { name: 'schedulerer', readyAfterMs: 8_000 },
    {
      name: 'output-processor',
      replicas: 2,
      containers: [{ name: 'output-processor', ports: { grpc: 8585 } }],
      readyAfterMs: 8_000,
    },
    ...['vm-gc', 'vm-scaler', 'vm-service'].map((name) => ({ name })),
  ],
  VERSION_4_2,
);

/** The pods of 4.3, where the distributor, the provisioners and output run builds. */
export const INSTALLATION_4_3: readonly PodSpec[] = tagged(
  [
    ...shared(VERSION_4_3, '1.4.568'),
    { name: 'docker-provisioner', readyAfterMs: 8_000 },
    { name: 'output', replicas: 2, readyAfterMs: 8_000 },
    ...['execution-gateway', 'machine-provisioner', 'runner-admin', 'step'].map((name) => ({
      name,
    })),
  ],
  VERSION_4_3,
);

/** The ConfigMaps of both. */
export const CONFIG_MAPS_4X: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'telegraf-config': {
    'telegraf.conf': [
      '[[inputs.statsd]]',
      '  service_address = ":8125"',
      '[[outputs.file]]',
      '  files = ["stdout"]',
      '',
    ].join('\n'),
  },
};
