import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import {
  type CliResult,
  cli,
  passTimeUntil,
  startCli,
  startSandbox,
} from '../../support/sandbox.ts';

/** The properties of a client that the tests use. */
interface Client {
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

async function installation(builds = 0) {
  const sandbox = await startSandbox({ scenario: 'idle', clients: 3, builds });
  const env = sandbox.environment();
  const { stdout } = await cli(['nomad', 'node-status', '--json'], { env });
  const clients: readonly (Client & { runningBuilds: number })[] = JSON.parse(stdout).clients;
  sandbox.calls.reset();
  return { sandbox, env, clients };
}

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('there is none');
  return one;
}

/** Returns the commands that were run by SSH. */
const ran = (sandbox: Sandbox): readonly string[] =>
  sandbox.calls.recent().flatMap(({ service, path }) => (service === 'ssh' ? [path] : []));

/** Returns an environment with access by SSH only. */
function withoutNomad(env: Readonly<Record<string, string>>): Record<string, string> {
  const { KUBECONFIG: _, NOMAD_ADDR: __, ...rest } = env;
  return { ...rest, NOMAD_ADDR: 'http://127.0.0.1:1' };
}

/**
 * Runs a command while advancing the sandbox's clock, with a request timeout that never fires.
 *
 * @param waiting is called when the command says that it waits for a build
 */
async function run(
  sandbox: Sandbox,
  words: readonly string[],
  waiting: () => void = () => undefined,
): Promise<CliResult> {
  const { runtime, result } = startCli([...words, '--request-timeout', '6h'], {
    env: sandbox.environment(),
    clock: sandbox.clock,
  });
  void runtime.stderr.until('waits for 1 build').then(waiting);
  return passTimeUntil(result, sandbox, 1_000);
}

describe('nomad node-status --via ssh', () => {
  it('shows a client like the server does', async () => {
    const { sandbox, env, clients } = await installation();
    const { id, name } = first(clients);
    const far = await cli(['nomad', 'node-status', name, '--json'], { env });
    const near = await cli(['nomad', 'node-status', name, '--json', '--via', 'ssh'], { env });
    expect(near).toMatchObject({ stderr: '', exitCode: 0 });
    expect(JSON.parse(near.stdout).client.id).toBe(id);
    // The lists of the CLI before Nomad 1.3 do not have the resources of allocations.
    const { builds, ...rest } = JSON.parse(far.stdout);
    expect(JSON.parse(near.stdout)).toEqual({
      ...rest,
      builds: builds.map((build: object) => ({ ...build, resources: null })),
    });
    expect(ran(sandbox)).toContain('nomad node status -self -json');
    expect(ran(sandbox).every((line) => !line.includes(id))).toBe(true);
  });

  it('accepts hosts with a note if Nomad cannot be reached', async () => {
    const { env, clients } = await installation();
    const { address, id } = first(clients);
    const near = await cli(['nomad', 'node-status', address, '--json', '--via', 'ssh'], {
      env: withoutNomad(env),
    });
    expect(near.exitCode).toBe(0);
    expect(JSON.parse(near.stdout).client).toMatchObject({ id, address });
    const table = await cli(['nomad', 'node-status', address, '--via', 'ssh'], {
      env: withoutNomad(env),
    });
    expect(table.stderr).toContain('Cannot list the clients of Nomad: ');
    expect(table.stderr).toContain('Logging in to the named hosts.');
  });
});

describe('nomad drain --via ssh', () => {
  it('drains the client with the CLI on it, without a deadline, and waits for its builds', async () => {
    const { sandbox, clients } = await installation();
    const job = sandbox.nomad.submitJob({
      id: '6007ca6352718c10b1200021-0-build-acme-web-21',
      durationMs: null,
    });
    await sandbox.clock.advance(5_000);
    const nodeId = first(sandbox.nomad.state.allocationsOfJob(job.id)).nodeId;
    const busy = first(clients.filter(({ id }) => id === nodeId));
    const { stdout, stderr, exitCode } = await run(
      sandbox,
      ['nomad', 'drain', busy.name, '--via', 'ssh', '--yes'],
      () => sandbox.nomad.finishBuild(job.id),
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/drained +safe/);
    expect(stderr).toContain(`${busy.name}: waits for 1 build: acme-web 21`);
    expect(stderr).toContain(`${busy.name}: acme-web 21 has finished`);
    const lines = ran(sandbox);
    expect(lines).toContain('nomad node eligibility -disable -self');
    expect(lines).toContain('nomad node drain -enable -yes -detach -no-deadline -self');
    const writes = sandbox.calls.recent().filter(({ write }) => write);
    expect(new Set(writes.map(({ service }) => service))).toEqual(new Set(['ssh']));
  });

  it('exits with 10 if its deadline killed a build', async () => {
    const { sandbox, clients } = await installation();
    const job = sandbox.nomad.submitJob({
      id: '6007ca6352718c10b1200021-0-build-acme-web-21',
      durationMs: null,
    });
    await sandbox.clock.advance(5_000);
    const nodeId = first(sandbox.nomad.state.allocationsOfJob(job.id)).nodeId;
    const { name } = first(clients.filter(({ id }) => id === nodeId));
    const killed = await run(sandbox, [
      ...['nomad', 'drain', name, '--via', 'ssh', '-y', '--deadline', '2m', '--json'],
    ]);
    expect(killed.exitCode).toBe(10);
    expect(JSON.parse(killed.stdout)).toMatchObject({
      nodes: [{ id: nodeId, outcome: 'killed-builds', killedBuilds: [{ number: 21 }] }],
    });
    expect(ran(sandbox)).toContain(
      'nomad node drain -enable -yes -detach -deadline 120000ms -self',
    );
  });

  it('runs the CLI on each of several clients, also to cancel their drains', async () => {
    const { sandbox, env, clients } = await installation();
    const names = clients.map(({ address }) => address);
    const drained = await run(sandbox, ['nomad', 'drain', ...names, '--via', 'ssh', '-y']);
    expect(drained.exitCode).toBe(0);
    const drains = ran(sandbox).filter((line) => line.startsWith('nomad node drain -enable'));
    expect(drains).toHaveLength(3);
    expect(sandbox.nomad.state.nodes.all().map(({ eligible }) => eligible)).toEqual([
      false,
      false,
      false,
    ]);
    const ended = await cli(['nomad', 'drain', '--disable', ...names, '--via', 'ssh', '-y'], {
      env: withoutNomad(env),
    });
    expect(ended.exitCode).toBe(0);
    expect(sandbox.nomad.state.nodes.all().map(({ eligible }) => eligible)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it.each([
    [[], 'NO_CLIENT_NAMED', 2],
    [['--all'], 'CONFLICTING_FLAGS', 2],
    [['--idle', 'NODE'], 'CONFLICTING_FLAGS', 2],
    [['nonesuch'], 'NODE_NOT_FOUND', 5],
    [['NODE', '--ssh-user', 'root'], 'SSH_AUTH_FAILED', 3],
    [['NODE', '--bastion', 'ubuntu@127.0.0.1:1'], 'SSH_UNREACHABLE', 4],
    [['NODE', '--read-only'], 'READ_ONLY', 6],
    [['NODE', '--self'], 'CONFLICTING_FLAGS', 2],
  ])('%j fails with %s and changes nothing', async (words, code, exitCode) => {
    const { sandbox, env, clients } = await installation();
    const line = words.map((word) => (word === 'NODE' ? first(clients).name : word));
    const failed = await cli(['nomad', 'drain', ...line, '--via', 'ssh', '-y', '--json'], { env });
    expect(failed).toMatchObject({ stdout: '', exitCode });
    expect(JSON.parse(failed.stderr)).toMatchObject({ code, exitCode, hint: expect.any(String) });
    expect(sandbox.calls.recent().filter(({ write }) => write)).toEqual([]);
  });
});

describe('--self', () => {
  /** Starts the agent of a client, which serves the whole cluster's API and its own node ID. */
  async function agentOf(sandbox: Sandbox, id: string): Promise<string> {
    const server = createServer(async (request, response) => {
      const upstream = `http://127.0.0.1:${sandbox.nomad.port}${request.url}`;
      const body = await bodyOf(request);
      const answer = await fetch(upstream, {
        method: request.method ?? 'GET',
        ...(body.length > 0 ? { body } : {}),
      });
      const text = await answer.text();
      const index = answer.headers.get('x-nomad-index');
      response.writeHead(answer.status, index === null ? {} : { 'x-nomad-index': index });
      response.end(
        request.url === '/v1/agent/self'
          ? JSON.stringify({ ...JSON.parse(text), stats: { client: { node_id: id } } })
          : text,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function bodyOf(request: IncomingMessage): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  }

  it('selects the client of the local agent', async () => {
    const { sandbox, clients } = await installation();
    const [, { id, name } = first(clients)] = clients;
    const env = { NOMAD_ADDR: await agentOf(sandbox, id) };
    const status = await cli(['nomad', 'node-status', '--self', '--json'], { env });
    expect(JSON.parse(status.stdout).client).toMatchObject({ id, name });
    const drained = await cli(['nomad', 'drain', '--self', '--detach', '-y'], { env });
    expect(drained).toMatchObject({ exitCode: 0 });
    expect(drained.stderr).toContain(`Installation: Nomad at ${env.NOMAD_ADDR}\n`);
    const closed = sandbox.nomad.state.nodes.all().filter(({ eligible }) => !eligible);
    expect(closed.map((node) => node.id)).toEqual([id]);
  });

  it('reports an agent that is not a client, and a missing agent', async () => {
    const { env } = await installation();
    const server = await cli(['nomad', 'drain', '--self', '-y', '--json'], { env });
    expect(server).toMatchObject({ stdout: '', exitCode: 7 });
    expect(JSON.parse(server.stderr)).toMatchObject({
      code: 'NOT_A_CLIENT',
      message: `The Nomad agent at ${env['NOMAD_ADDR']} is not a client: Nomad not running in client mode`,
    });
    const nobody = { NOMAD_ADDR: 'http://127.0.0.1:1' };
    const none = await cli(['nomad', 'node-status', '--self', '--json'], { env: nobody });
    expect(none).toMatchObject({ stdout: '', exitCode: 4 });
    expect(JSON.parse(none.stderr)).toMatchObject({
      code: 'NO_LOCAL_AGENT',
      message: expect.stringContaining('No Nomad agent responds at http://127.0.0.1:1: '),
      hint: 'Run this on a Nomad client, or set NOMAD_ADDR to the address of its agent.',
    });
  });
});
