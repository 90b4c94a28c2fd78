import { expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';

test('lists every scenario with a description', async () => {
  const { scenarios } = JSON.parse((await cli(['sandbox', 'scenarios', '--json'])).stdout);
  expect(scenarios.map(({ name }: { name: string }) => name)).toEqual([
    'healthy',
    'idle',
    'busy',
    'demo',
    'no-capacity',
    'too-large',
    'constraint',
    'no-clients',
    'clients-down',
    'draining',
    'leaderless',
    'dispatcher-stopped',
    'dispatcher-silent',
    'job-lost',
    'task-lost',
    'schedulerer-error',
    'output-broken',
    'port-8585-blocked',
    'rabbitmq-backlog',
    'crash-loop',
    'out-of-memory',
    'image-missing',
    'acl',
    'no-permissions',
    'bad-certificate',
    'old-nomad',
    'new-nomad',
    'server-4.2',
    'server-4.3',
    'large',
  ]);
  const human = await cli(['sandbox', 'scenarios'], { tty: true });
  expect(human.stdout).toMatch(
    /^no-capacity +Every client is full, and builds wait for capacity$/m,
  );
  expect(human.stderr).toContain('--scenario server-4.3+job-lost');
});
