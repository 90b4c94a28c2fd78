import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../support/sandbox.ts';
import { World } from '../support/world.ts';
import { caseLines, withFlags, wordsOf } from './command-cases.ts';

// A profile selects the installation, and ambient variables never select another one.

let own: World;
let other: Awaited<ReturnType<typeof startSandbox>>;
beforeAll(async () => {
  own = await World.open();
  other = await startSandbox({ seed: 2, clients: 1 });
});
afterAll(async () => {
  await own[Symbol.asyncDispose]();
  await other.stop();
});
beforeEach(async () => {
  await own.writeProfile();
  own.sandbox.calls.reset();
  other.calls.reset();
});

const AMBIENT_TOKEN = 'ambient-token-0123456789';
const OWN_TOKEN = 'token-of-the-profile-0123456789';

/** Returns all ambient variables that point at the other installation, including tokens. */
function foreign(): Record<string, string> {
  const env = Object.fromEntries(
    Object.entries(other.environment()).filter(([name]) => !name.startsWith('CIRCLECI_ADMIN_')),
  );
  return { ...env, CIRCLE_TOKEN: AMBIENT_TOKEN, NOMAD_TOKEN: AMBIENT_TOKEN };
}

const asked = ({ reads, writes }: { readonly reads: number; readonly writes: number }): number =>
  reads + writes;

const READS = caseLines((one) => one.reads ?? []);

describe.each(READS)('%s: %j', (_name, line) => {
  it('uses only the selected installation, whatever ambient variables are set', async () => {
    const before = await own.cli(line);
    const requests = asked(own.sandbox.calls);
    own.sandbox.calls.reset();
    const { stdout, exitCode } = await own.cli(line, { env: foreign() });
    expect(exitCode).toBe(before.exitCode);
    expect(asked(other.calls)).toBe(0);
    expect(asked(own.sandbox.calls)).toBe(requests);
    expect(stdout).not.toContain(AMBIENT_TOKEN);
    const sent = own.sandbox.calls.recent().flatMap(({ credentials }) => credentials);
    expect(sent.join()).not.toContain(AMBIENT_TOKEN);
  });
});

describe.each(['direct', 'proxy', 'port-forward', 'exec'])('Nomad by %s', (access) => {
  it('is the one of the profile', async () => {
    const line = ['nomad', 'node-status', '--columns', 'name', '--nomad-access', access];
    const expected = await own.cli(line);
    expect(expected).toMatchObject({ stderr: '', exitCode: 0 });
    own.sandbox.calls.reset();
    expect((await own.cli(line, { env: foreign() })).stdout).toBe(expected.stdout);
    expect(asked(own.sandbox.calls)).toBeGreaterThan(0);
    expect(asked(other.calls)).toBe(0);
  });
});

describe.each(caseLines((one) => (one.subject ? [] : [one.changes])))(
  '%s: %j',
  (_name, line, { consent = '--yes', passesThrough }) => {
    it('is refused while an ambient variable names another installation, and changes neither', async () => {
      const agreed = withFlags(line, consent);
      const { CIRCLE_HOST, NOMAD_ADDR, KUBECONFIG } = foreign();
      for (const env of [{ CIRCLE_HOST }, { NOMAD_ADDR }, { KUBECONFIG }]) {
        const { stdout, stderr, exitCode } = await own.cli(agreed, { env });
        expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 6 });
        const [[variable, value] = []] = Object.entries(env);
        expect(stderr).toContain(`${variable} is ${value}, but the profile has `);
      }
      expect([own.sandbox.calls.writes, asked(other.calls)]).toEqual([0, 0]);
      const ran = own.sandbox.calls.recent().filter(({ method }) => method === 'UPGRADE');
      if (passesThrough) expect(ran).toEqual([]);
    });
  },
);

describe("the profile's tokens", () => {
  it('are not sent to another host that a flag or variable selects', async () => {
    const tokenFile = join(own.home, 'nomad-token');
    await writeFile(tokenFile, OWN_TOKEN, { mode: 0o600 });
    const { NOMAD_ADDR: ownAddress, KUBECONFIG: ownFile } = own.sandbox.environment();
    const profile = [
      'current: lab',
      'installations:',
      '  lab:',
      `    kubernetes: { kubeconfig: ${ownFile} }`,
      `    nomad: { address: ${ownAddress}, tokenFile: ${tokenFile} }`,
    ];
    await writeFile(own.configPath, `${profile.join('\n')}\n`);
    const line = wordsOf('nomad node-status --nomad-access direct');
    await own.cli(line);
    const sent = (calls: typeof other.calls): string =>
      calls
        .recent()
        .flatMap(({ credentials }) => credentials)
        .join();
    expect(sent(own.sandbox.calls)).toContain(OWN_TOKEN);
    const { NOMAD_ADDR = '' } = foreign();
    for (const [flags, env] of [
      [`--nomad-address ${NOMAD_ADDR}`, {}],
      ['', { CIRCLECI_ADMIN_NOMAD_ADDRESS: NOMAD_ADDR }],
    ] as const) {
      other.calls.reset();
      const { exitCode } = await own.cli(withFlags(line, flags), { env });
      expect(exitCode).toBe(0);
      expect(asked(other.calls)).toBeGreaterThan(0);
      expect(sent(other.calls)).toBe('');
    }
  });
});
