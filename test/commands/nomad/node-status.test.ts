import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/lib/sandbox/scenario.ts';
import { findScenario } from '../../../src/lib/sandbox/scenarios/index.ts';
import { cli, startSandbox } from '../../support/sandbox.ts';

const DRAINING: Scenario = {
  ...findScenario('draining'),
  nomad: {
    clients: 6,
    nodes: [{ draining: true }, { draining: 1_800_000 }, { eligible: false }],
    builds: 12,
    buildDurationMs: [300_000, 7_200_000],
  },
};

describe('nomad node-status', () => {
  it('lists raw values in a pipe, and one document with --json', async () => {
    const sandbox = await startSandbox({ scenario: DRAINING });
    const options = { env: sandbox.environment(), clock: sandbox.clock };
    const piped = await cli(['nomad', 'node-status', '--columns', 'name,draining'], options);
    expect(piped.exitCode).toBe(0);
    expect(piped.stdout.match(/\ttrue$/gm)).toHaveLength(2);
    const shown = await cli(['nomad', 'node-status'], { ...options, tty: true });
    const footer = shown.stdout.replace(/\s+/g, ' ');
    expect(footer).toMatch(/3 of 6 clients accept builds .* 2 draining, 1 ineligible/);
    const json = JSON.parse((await cli(['nomad', 'node', 'status', '--json'], options)).stdout);
    expect(json.clients).toHaveLength(6);
    expect(json.capacity).toMatchObject({
      clients: 6,
      takingBuilds: 3,
      draining: 2,
      ineligible: 1,
    });
  });

  it('selects, and shows one client in detail', async () => {
    const sandbox = await startSandbox({ scenario: DRAINING });
    const options = { env: sandbox.environment(), clock: sandbox.clock };
    const draining = await cli(['nomad', 'node-status', '--status', 'draining', '--json'], options);
    const { clients } = JSON.parse(draining.stdout);
    expect(clients).toHaveLength(2);
    const [{ id, name }] = clients;
    const one = await cli(['nomad', 'node-status', id.slice(0, 7), '--json'], options);
    expect(JSON.parse(one.stdout)).toMatchObject({ client: { id, name, draining: true } });
    expect((await cli(['nomad', 'node-status', name], options)).stdout).toContain('Builds on it');
  });

  it.each([
    [['nobody'], 5, 'NODE_NOT_FOUND'],
    [['ip-10-0-10-20', '--idle'], 2, 'BAD_FLAGS'],
    [['--status', 'sleepy'], 2, 'BAD_VALUE'],
  ])('exits for %j with its documented code', async (words, exitCode, code) => {
    const sandbox = await startSandbox();
    const options = { env: sandbox.environment(), clock: sandbox.clock };
    const result = await cli(['nomad', 'node-status', ...words, '--json'], options);
    expect(result.stdout).toBe('');
    expect(JSON.parse(result.stderr)).toMatchObject({ code, exitCode });
    expect(result.exitCode).toBe(exitCode);
  });
});
