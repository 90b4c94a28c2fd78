import { describe, expect, it } from 'vitest';
import { examineServices } from '../../../src/lib/connectivity/examine-services.ts';
import type { ServiceProbes } from '../../../src/lib/connectivity/service-probes.ts';
import { AdminError } from '../../../src/lib/errors.ts';
import type { ExecRequest } from '../../../src/lib/kubernetes/client.ts';
import { systemClock } from '../../../src/lib/terminal/system-clock.ts';
import { failureOf } from '../nomad/http/recorded-nomad.ts';

const probe = { check: 'vault', port: 8200, inCluster: true, skipped: null } as const;
const SERVICES: readonly ServiceProbes[] = [
  {
    service: 'dispatcher',
    pod: 'dispatcher-1',
    container: 'dispatcher',
    probes: [
      { ...probe, host: 'vault' },
      { ...probe, host: 'github.com', inCluster: false },
      { ...probe, host: null, skipped: 'there is no pod of circleci-vault' },
    ],
  },
  { service: 'frontend', pod: null, container: null, probes: [{ ...probe, host: 'vault' }] },
];

type Answer = readonly [exitCode: number, stderr: string];

/** Containers that have these programs. */
function containers(programs: Readonly<Record<string, Answer>>) {
  const ran: string[] = [];
  const exec = async ({ command, stderr }: ExecRequest) => {
    const [program = ''] = command;
    ran.push(program);
    const answer = programs[program];
    if (!answer) throw new AdminError('notFound', 'no such', { code: 'NO_SUCH_COMMAND' });
    stderr.write(answer[1]);
    return { exitCode: answer[0] };
  };
  return { ran, exec };
}

const examine = (exec: ReturnType<typeof containers>['exec'], services = SERVICES) =>
  examineServices(services, {
    kubernetes: { exec },
    clock: systemClock,
    signal: new AbortController().signal,
  });

const shown = (results: Awaited<ReturnType<typeof examine>>) =>
  results.map(({ service, host, outcome, meaning }) => [service, host, outcome, meaning]);

describe('checking ports from services', () => {
  it('uses the first available program, and does not try missing ones again', async () => {
    const { exec, ran } = containers({ curl: [7, ''] });
    const results = await examine(exec);
    expect(ran).toEqual(['nc', 'timeout', 'curl', 'curl']);
    const refused = 'the connection was refused, or no route to the host';
    expect(shown(results)).toEqual([
      ['dispatcher', 'vault', 'failed', refused],
      ['dispatcher', 'github.com', 'failed', refused],
      ['dispatcher', null, 'skipped', 'there is no pod of circleci-vault'],
      ['frontend', 'vault', 'skipped', 'no pod is ready'],
    ]);
    expect(results[0]).toMatchObject({ exitCode: 7, pod: 'dispatcher-1', client: null });
  });

  it('uses the nc of busybox, which has no -z', async () => {
    const usage = "nc: invalid option -- 'z'\nUsage: nc [-iN] [-wN]";
    const { exec, ran } = containers({ nc: [1, usage], timeout: [0, ''] });
    expect((await examine(exec)).slice(0, 2)).toMatchObject([
      { outcome: 'ok', meaning: 'connected' },
      { outcome: 'ok', meaning: 'connected' },
    ]);
    expect(ran).toEqual(['nc', 'timeout', 'timeout']);
  });

  it('reports a container without any of the programs', async () => {
    const results = await examine(containers({}).exec);
    const none = 'the container has no tool to test with: nc, bash, curl, wget';
    expect(shown(results).slice(0, 2)).toEqual([
      ['dispatcher', 'vault', 'skipped', none],
      ['dispatcher', 'github.com', 'skipped', none],
    ]);
  });

  it('reports an unknown name for GitHub as a failure, but not an assumed name', async () => {
    const results = await examine(containers({ nc: [1, "nc: bad address 'x'"] }).exec);
    expect(shown(results).slice(0, 2)).toEqual([
      ['dispatcher', 'vault', 'skipped', 'no Service has this name'],
      ['dispatcher', 'github.com', 'failed', 'the DNS lookup failed'],
    ]);
  });

  it('reports a pod without exec, and fails if there is no other', async () => {
    const denied = new AdminError('unauthorised', 'may not exec', {
      code: 'KUBERNETES_FORBIDDEN',
      hint: 'Ask for pods/exec.',
    });
    const exec = () => Promise.reject(denied);
    expect((await examine(exec)).at(0)).toMatchObject({
      ...{ check: 'exec', outcome: 'failed', meaning: 'may not exec', hint: 'Ask for pods/exec.' },
    });
    expect(await failureOf(examine(exec, SERVICES.slice(0, 1)))).toBe(denied);
  });
});
