import { once } from 'node:events';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { CallLog } from '../../src/lib/sandbox/call-log.ts';
import { SandboxClock } from '../../src/lib/sandbox/clock.ts';
import { FaultPlan } from '../../src/lib/sandbox/faults.ts';
import { NreplSandbox } from '../../src/lib/sandbox/nrepl/nrepl-sandbox.ts';
import type { NreplScenario } from '../../src/lib/sandbox/nrepl/scenario.ts';
import { seededRandom } from '../../src/lib/sandbox/random.ts';
import { openSession, type ReplSession } from '../../src/lib/server/nrepl/client.ts';

/** A simulated nREPL with a stopped clock, and sessions of the client with it. */
export interface NreplRig {
  readonly nrepl: NreplSandbox;
  readonly clock: SandboxClock;
  readonly calls: CallLog;
  readonly faults: FaultPlan;
  readonly accounts: Set<string>;
  session(): Promise<ReplSession>;
}

/** Starts a rig and stops it after the test. */
export async function nreplRig(
  logins: readonly string[] = [],
  scenario: NreplScenario = {},
): Promise<NreplRig> {
  const clock = new SandboxClock({ rate: 0 });
  const [calls, faults, accounts] = [new CallLog(), new FaultPlan(), new Set(logins)];
  const users = {
    all: () => [...accounts].map((login) => ({ login })),
    remove: (login: string) => accounts.delete(login),
  };
  const nrepl = new NreplSandbox(
    { clock, calls, faults, random: seededRandom(1) },
    users,
    scenario,
  );
  await nrepl.start();
  onTestFinished(() => nrepl.stop());
  const session = async (): Promise<ReplSession> => {
    const socket = connect({ host: '127.0.0.1', port: nrepl.port ?? 0 });
    await once(socket, 'connect');
    return openSession(socket, { clock, requestTimeout: 30_000 });
  };
  return { nrepl, clock, calls, faults, accounts, session };
}
