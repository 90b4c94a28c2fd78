import { expect, test } from 'vitest';
import { SCENARIOS } from '../../../../src/lib/sandbox/scenarios/index.ts';
import { cli, startSandbox } from '../../../support/sandbox.ts';

/** What the CLI must find in a scenario, through Kubernetes. */
interface Found {
  readonly capacity: Readonly<Record<string, number | null>>;
  /** The number of pending builds by reason. */
  readonly pending: Readonly<Record<string, number>>;
}

const FOUND: Readonly<Record<string, Found>> = {
  healthy: { capacity: { clients: 5, takingBuilds: 5, runningBuilds: 6 }, pending: {} },
  idle: { capacity: { clients: 5, takingBuilds: 5, runningBuilds: 0 }, pending: {} },
  busy: { capacity: { clients: 6, takingBuilds: 6, runningBuilds: 12 }, pending: {} },
  demo: { capacity: { clients: 4, runningBuilds: 6 }, pending: { 'too-large': 1 } },
  'no-capacity': { capacity: { clients: 3, takingBuilds: 3 }, pending: { 'all-full': 5 } },
  'too-large': { capacity: { clients: 4, runningBuilds: 4 }, pending: { 'too-large': 1 } },
  constraint: { capacity: { clients: 4 }, pending: { constraint: 2, 'driver-missing': 1 } },
  'no-clients': { capacity: { clients: 0 }, pending: { 'no-clients': 3 } },
  'clients-down': {
    capacity: { clients: 4, takingBuilds: 0, down: 4, runningBuilds: 0 },
    pending: { 'no-clients': 3 },
  },
  draining: {
    capacity: { clients: 4, takingBuilds: 0, draining: 4, runningBuilds: 8 },
    pending: { 'no-clients': 3 },
  },
  'dispatcher-stopped': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  'dispatcher-silent': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  'job-lost': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  'task-lost': { capacity: { clients: 5, runningBuilds: 8 }, pending: {} },
  'schedulerer-error': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  'output-broken': { capacity: { clients: 5, runningBuilds: 9 }, pending: {} },
  'port-8585-blocked': { capacity: { clients: 5, runningBuilds: 9 }, pending: {} },
  'rabbitmq-backlog': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  'crash-loop': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  'out-of-memory': { capacity: { clients: 5, runningBuilds: 9 }, pending: {} },
  'image-missing': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  acl: { capacity: { clients: 3, runningBuilds: 3 }, pending: {} },
  'bad-certificate': { capacity: { clients: 3, runningBuilds: 3 }, pending: {} },
  'old-nomad': { capacity: { clients: 5, runningBuilds: 6, cpuTotalMhz: null }, pending: {} },
  'new-nomad': { capacity: { clients: 5, runningBuilds: 6, cpuTotalMhz: 100_000 }, pending: {} },
  'server-4.2': { capacity: { clients: 5, takingBuilds: 5, runningBuilds: 6 }, pending: {} },
  'server-4.2+job-lost': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  'server-4.3': { capacity: { clients: 5, takingBuilds: 5, runningBuilds: 6 }, pending: {} },
  'server-4.3+idle': { capacity: { clients: 5, runningBuilds: 0 }, pending: {} },
  'server-4.3+dispatcher-stopped': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  'server-4.3+job-lost': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  'server-4.3+task-lost': { capacity: { clients: 5, runningBuilds: 7 }, pending: {} },
  'server-4.3+schedulerer-error': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
  'server-4.3+output-broken': { capacity: { clients: 5, runningBuilds: 9 }, pending: {} },
  'server-4.3+port-8585-blocked': { capacity: { clients: 5, runningBuilds: 9 }, pending: {} },
  'server-4.3+crash-loop': { capacity: { clients: 5, runningBuilds: 6 }, pending: {} },
};

test.each(Object.entries(FOUND))(
  '%s has the expected state',
  async (scenario, { capacity, pending }) => {
    const env = (await startSandbox({ scenario })).environment();
    const read = async (command: string) => {
      const result = await cli(['nomad', command, '--json', '--nomad-access', 'proxy'], { env });
      expect(result.stderr).toBe('');
      return JSON.parse(result.stdout);
    };
    expect((await read('node-status')).capacity).toMatchObject(capacity);
    const waiting: Record<string, number> = {};
    for (const job of (await read('status')).jobs) {
      if (job.pending) waiting[job.pending.kind] = (waiting[job.pending.kind] ?? 0) + 1;
    }
    expect(waiting).toEqual(pending);
  },
);

test('leaderless responds like servers without a leader, after waiting for one', async () => {
  const sandbox = await startSandbox({ scenario: 'leaderless', rate: 200 });
  const result = await cli(['nomad', 'status', '--json'], { env: sandbox.environment() });
  expect(result.exitCode).toBe(4);
  expect(JSON.parse(result.stderr).code).toBe('NOMAD_NO_LEADER');
});

test('no-permissions has no access to Nomad through the cluster', async () => {
  const env = (await startSandbox({ scenario: 'no-permissions' })).environment();
  const result = await cli(['nomad', 'status', '--json', '--nomad-access', 'proxy'], { env });
  expect(JSON.parse(result.stderr)).toMatchObject({ code: 'KUBERNETES_FORBIDDEN', exitCode: 3 });
});

test('large has 5,000 clients and 50,000 builds', async () => {
  const { nomad } = await startSandbox({ scenario: 'large' });
  expect(nomad.state.nodes.size).toBe(5_000);
  expect(nomad.state.allocations.all().filter(({ client }) => client === 'running')).toHaveLength(
    50_000,
  );
});

test('every scenario is tested above, and has a unique name', () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect([...names].sort()).toEqual(
    [...Object.keys(FOUND), 'leaderless', 'large', 'no-permissions'].sort(),
  );
});
