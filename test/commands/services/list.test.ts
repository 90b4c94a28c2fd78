import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { World } from '../../support/world.ts';

it('lists the worst outage first, and exits with 9 with --check', async () => {
  await using world = await World.open();
  const { kubernetes } = world.sandbox;
  kubernetes.setReady('slanger', false);
  kubernetes.setReady('frontend', false);
  const list = await world.cli(['services', 'list', '--check', '--json']);
  expect(list.exitCode).toBe(9);
  const { summary, services } = JSON.parse(list.stdout);
  expect(summary).toMatchObject({ outages: 2, critical: 0 });
  expect(services.slice(0, 2)).toMatchObject([
    { name: 'frontend', state: 'down', severity: 'degraded' },
    { name: 'slanger', state: 'down', severity: 'minor' },
  ]);
  const pods = await world.cli(['pods', 'list', '--not-ready', '--check', '--json']);
  expect(pods.exitCode).toBe(9);
  expect(JSON.parse(pods.stdout).pods).toMatchObject([
    { service: 'frontend', health: 'not-ready', ready: 0, containers: 1, status: 'Running' },
    { service: 'slanger' },
  ]);
  const check = await world.cli(['services', 'show', 'frontend']);
  expect(check.stdout).toContain('its readiness check fails');
});

it('uses the services file and the external services of the profile', async () => {
  await using world = await World.open();
  const file = join(world.home, 'services.yaml');
  await writeFile(
    file,
    '- name: scheduler\n  workloads: [builds-service-v1]\n  labels: [app=mine]\n- name: payroll\n  severity: critical\n  external: true\n',
  );
  await world.writeProfile('services:', `  file: ${file}`, '  external: circleci-vault');
  const { stdout } = await world.cli(['services', 'list', '--all', '--json']);
  const { services } = JSON.parse(stdout);
  const named = (name: string) => services.find((one: { name: string }) => one.name === name);
  expect(named('scheduler')).toMatchObject({ workloads: ['builds-service-v1'], state: 'up' });
  expect(named('payroll')).toMatchObject({ state: 'external', outage: false });
  for (const [text, reason] of [
    ['- workloads: [x]\n', 'entry 1 has no name'],
    ['name: x\n', 'it is not a list of services'],
  ]) {
    await writeFile(file, text ?? '');
    const bad = await world.cli(['services', 'list', '--json']);
    expect(JSON.parse(bad.stderr)).toMatchObject({
      code: 'BAD_SERVICES_FILE',
      exitCode: 7,
      message: expect.stringContaining(reason ?? ''),
    });
  }
});
