import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Fault, FaultRule } from '../../src/lib/sandbox/faults.ts';
import { World } from '../support/world.ts';
import { caseLines, withFlags, wordsOf } from './command-cases.ts';

// Secrets are placed wherever one can be configured, and none may appear in any output.

/** One secret for each place, so that a failure shows which one leaks. */
const CANARY = {
  nomadVariable: 'canary/env+nomad=0123456789',
  serverVariable: 'canary/env+circle=0123456789',
  tokenFile: 'canary/profile+file=0123456789',
  tokenCommand: 'canary/profile+command=0123456789',
  kubeconfig: 'canary.kubeconfig-bearer.0123456789',
} as const;

let world: World;
let kubeconfig: string;
let privateKey: string;
beforeAll(async () => {
  world = await World.open({ builds: 1 });
  kubeconfig = join(world.home, 'kubeconfig');
  const config = parse(await readFile(world.sandbox.environment()['KUBECONFIG'] ?? '', 'utf8'));
  const [{ user }] = config.users;
  privateKey = String(user['client-key-data'] ?? '');
  // The client certificate authenticates; the token is sent in addition.
  user.token = CANARY.kubeconfig;
  await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
  await writeFile(join(world.home, 'canary'), CANARY.tokenFile, { mode: 0o600 });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.sandbox.faults.clear());

/** Writes the profile with its secrets in a file or printed by a command. */
async function plant(kind: 'file' | 'command'): Promise<void> {
  const { CIRCLE_HOST, NOMAD_ADDR, NODE_EXTRA_CA_CERTS } = world.sandbox.environment();
  const secret =
    kind === 'file'
      ? { tokenFile: join(world.home, 'canary') }
      : { tokenCommand: `echo ${CANARY.tokenCommand}` };
  const profile = {
    host: CIRCLE_HOST,
    kubernetes: { kubeconfig },
    nomad: { address: NOMAD_ADDR, ...secret },
    server: { caFile: NODE_EXTRA_CA_CERTS, ...secret },
  };
  const installations = { lab: profile, spare: {} };
  await writeFile(world.configPath, stringify({ current: 'lab', installations }), { mode: 0o600 });
}

const VARIABLES = { NOMAD_TOKEN: CANARY.nomadVariable, CIRCLE_TOKEN: CANARY.serverVariable };

/** Returns faults with which services echo the credentials in several forms. */
function echoes(status: number, secret: string): readonly FaultRule[] {
  const echo = (...secrets: readonly string[]): Fault => {
    const forms = secrets.flatMap((one) => [
      one,
      encodeURIComponent(one),
      Buffer.from(one).toString('base64'),
      `X-Nomad-Token: ${one}`,
      `"Authorization":"Bearer ${one}"`,
    ]);
    const message = `who are you, ${forms.join(' ')}?`;
    const body = JSON.stringify({ kind: 'Status', status: 'Failure', message, code: status });
    return { kind: 'status', status, body, headers: { 'Content-Type': 'application/json' } };
  };
  return [
    { service: 'kubernetes', fault: echo(CANARY.kubeconfig, secret) },
    { fault: echo(secret, CANARY.nomadVariable, CANARY.serverVariable) },
  ];
}

const STATUSES = [null, 400, 403, 500];

/** Sets these faults for all requests; removes them if `status` is null. */
function answerWith(status: number | null, secret: string): void {
  world.sandbox.faults.clear();
  for (const rule of status === null ? [] : echoes(status, secret)) world.sandbox.faults.add(rule);
}

async function expectNoCanary(line: readonly string[], texts: readonly string[]): Promise<void> {
  const all = [...texts, await world.audit()].join('\n');
  for (const [place, secret] of Object.entries({ ...CANARY, privateKey })) {
    for (const form of [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]) {
      if (form === '') continue;
      expect(all.includes(form), `${place} as ${form} in ${line.join(' ')}\n${all}`).toBe(false);
    }
  }
}

const LINES = [
  ...caseLines((one) => one.reads ?? []),
  ...caseLines((one) => [one.unknown]),
  ...caseLines((one) => (one.subject ? [] : [one.changes])).map(
    ([name, line, one]) => [name, withFlags(line, one.consent ?? '--yes'), one] as const,
  ),
];

/** The source of the secret, the status of all responses, and the output flags. */
const WAYS = [
  ['file', null, '--debug'],
  ['command', 403, '--debug --json'],
  ['file', 500, '--debug'],
  ['command', 400, '--debug'],
] as const;

describe.each(LINES)('%s: %j', (_name, line) => {
  it('never prints a secret, whatever the services respond', async () => {
    for (const [kind, status, flags] of WAYS) {
      await plant(kind);
      answerWith(status, kind === 'file' ? CANARY.tokenFile : CANARY.tokenCommand);
      const { stdout, stderr } = await world.cli(withFlags(line, flags), { env: VARIABLES });
      await expectNoCanary(line, [stdout, stderr]);
    }
  });
});

describe('without a profile', () => {
  it('the tokens in environment variables are never printed', async () => {
    const {
      CIRCLECI_ADMIN_CONFIG_DIR: _,
      CIRCLECI_ADMIN_DATA_DIR: __,
      ...env
    } = world.sandbox.environment();
    await writeFile(world.configPath, '');
    for (const status of STATUSES) {
      answerWith(status, CANARY.nomadVariable);
      for (const access of ['direct', 'proxy', 'port-forward', 'exec']) {
        const line = wordsOf(`nomad node-status --debug --nomad-access ${access}`);
        const { stdout, stderr } = await world.cli(line, {
          env: { ...env, KUBECONFIG: kubeconfig, ...VARIABLES },
        });
        expect(stderr).toContain('debug: ');
        await expectNoCanary(line, [stdout, stderr]);
      }
    }
  });

  it('the tokens of the profile are really sent', async () => {
    await plant('file');
    world.sandbox.calls.reset();
    await world.cli(wordsOf('nomad node-status --nomad-access direct'), { env: VARIABLES });
    await world.cli(wordsOf('nomad node-status --nomad-access proxy'), { env: VARIABLES });
    const sent = world.sandbox.calls
      .recent()
      .flatMap(({ credentials }) => credentials)
      .join();
    expect(sent).toContain(CANARY.tokenFile);
    expect(sent).toContain(CANARY.kubeconfig);
    expect(sent).not.toContain(CANARY.nomadVariable);
  });
});

describe('a failing token command', () => {
  it.each([
    ['prints the token and fails', `echo ${CANARY.tokenCommand}; exit 3`],
    [
      'prints the token to standard error',
      `echo ${CANARY.tokenCommand}; echo bad ${CANARY.tokenCommand} >&2; exit 3`,
    ],
    ['prints two lines', `echo ${CANARY.tokenCommand}; echo more`],
  ])('%s: the error does not contain the token', async (_how, tokenCommand) => {
    const { NOMAD_ADDR } = world.sandbox.environment();
    const installations = { lab: { nomad: { address: NOMAD_ADDR, tokenCommand } } };
    await writeFile(world.configPath, stringify({ current: 'lab', installations }));
    for (const argv of [
      'nomad node-status --debug',
      'config show --debug',
      'config list',
      'config validate',
    ]) {
      const { stdout, stderr } = await world.cli(wordsOf(argv));
      await expectNoCanary(wordsOf(argv), [stdout, stderr]);
    }
  });
});
