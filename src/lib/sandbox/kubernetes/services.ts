import type { PodSpec } from './scenario.ts';

const DATA = { layer: 'data' };

function stateful(name: string, labels: Record<string, string>, ports: Record<string, number>) {
  const container = { name: name.replace(/^circleci-/, ''), ports };
  return {
    name,
    kind: 'StatefulSet',
    labels,
    containers: [container],
    readyAfterMs: 6_000,
  } as const satisfies PodSpec;
}

/** Deployments whose pods have the labels `app=NAME,layer=application`. */
const PLAIN = [
  'api-service',
  'audit-log-service',
  'builds-service-v1',
  'contexts-service',
  'cron-service',
  'domain-service',
  'exim',
  'external-dns',
  'federations-service',
  'grafana',
  'legacy-notifier',
  'nomad-gc',
  'nomad-metrics',
  'opencensus-agent',
  'orb-service',
  'permissions-service',
  'prometheus',
  'server-troubleshooter',
  'slanger',
  'test-results',
  'vm-gc',
  'vm-scaler',
  'vm-service',
  'workflows-conductor',
];

/**
 * The pods of a 3.0 installation. Names are from the operations guide's table of services, labels
 * and container names from the 3.x and 4.x documentation where it shows them.
 */
export const INSTALLATION_3X: readonly PodSpec[] = [
  {
    name: 'circleci-nomad',
    kind: 'StatefulSet',
    labels: { app: 'nomad-server', layer: 'execution' },
    containers: [
      {
        name: 'nomad',
        image: 'circleci/nomad-server:1.0.4',
        command: ['/usr/local/bin/nomad', 'agent', '-config', '/etc/nomad/server.hcl'],
        ports: { http: 4646, rpc: 4647 },
      },
    ],
    restarts: 6,
    readyAfterMs: 4_000,
    readinessPath: '/v1/status/leader',
    configMap: { name: 'nomad-server', mountPath: '/etc/nomad' },
  },
  stateful(
    'circleci-mongodb',
    { 'app.kubernetes.io/name': 'mongodb', app: 'mongodb', ...DATA },
    { mongodb: 27017 },
  ),
  stateful(
    'circleci-postgresql',
    { 'app.kubernetes.io/name': 'postgresql', ...DATA },
    { tcp: 5432 },
  ),
  stateful('circleci-rabbitmq', { 'app.kubernetes.io/name': 'rabbitmq', ...DATA }, { amqp: 5672 }),
  stateful('circleci-redis-master', { app: 'redis', role: 'master', ...DATA }, { redis: 6379 }),
  stateful('circleci-redis-slave', { app: 'redis', role: 'slave', ...DATA }, { redis: 6379 }),
  {
    ...stateful('circleci-vault', { app: 'vault', ...DATA }, { api: 8200 }),
    containers: [{ name: 'vault', ports: { api: 8200 } }, { name: 'unseal' }],
  },
  stateful('loki', { app: 'loki', layer: 'application' }, { http: 3100 }),
  {
    name: 'frontend',
    containers: [{ name: 'frontend', ports: { http: 3000, nrepl: 6005 } }],
    readyAfterMs: 20_000,
  },
  {
    name: 'legacy-dispatcher',
    labels: { app: 'circle-legacy-dispatcher', layer: 'application' },
    readyAfterMs: 8_000,
  },
  { name: 'dispatcher', readyAfterMs: 8_000 },
  { name: 'schedulerer', readyAfterMs: 8_000 },
  {
    name: 'output-processor',
    replicas: 2,
    containers: [{ name: 'output-processor', ports: { grpc: 8585 } }],
    readyAfterMs: 8_000,
  },
  {
    name: 'circleci-telegraf',
    labels: {
      'app.kubernetes.io/name': 'telegraf',
      'app.kubernetes.io/instance': 'external-services',
    },
    containers: [{ name: 'telegraf', ports: { statsd: 8125 } }],
  },
  ...PLAIN.map((name) => ({ name })),
  { name: 'inject-bottoken', kind: 'Job', situation: 'completed' },
];

/** The ConfigMaps of {@link INSTALLATION_3X}. */
export const CONFIG_MAPS_3X: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'nomad-server': {
    'server.hcl': [
      'name = "circleci-nomad-0"',
      'data_dir = "/opt/nomad"',
      'bind_addr = "0.0.0.0"',
      'datacenter = "default"',
      'server {',
      '  enabled = true',
      '  bootstrap_expect = 1',
      '}',
      '',
    ].join('\n'),
  },
  'circleci-telegraf': {
    'telegraf.conf': [
      '[[inputs.statsd]]',
      '  service_address = ":8125"',
      '  datadog_extensions = true',
      '  metric_separator = "."',
      '[[outputs.file]]',
      '  files = ["stdout"]',
      '',
    ].join('\n'),
  },
};
