import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { KubernetesClient } from '../../../src/lib/kubernetes/client.ts';
import { SILENT } from '../../../src/lib/sandbox/kubernetes/log-source.ts';
import { ADMIN_TOKEN, type PodSpec } from '../../../src/lib/sandbox/kubernetes/scenario.ts';
import { clientOf, connectionTo } from '../kubernetes/api-server.ts';
import { type Rig, startRig } from '../sandbox/kubernetes/rig.ts';

/** A sandbox with a client. Its containers write only the log lines that the test adds. */
export interface ClusterRig extends Rig {
  readonly client: KubernetesClient;
  /** Advances the time in small steps until the condition holds. */
  until(holds: () => boolean): Promise<void>;
}

/** Starts a {@link ClusterRig}; it is stopped after the test. */
export async function clusterRig(
  pods: readonly PodSpec[],
  token: string = ADMIN_TOKEN,
): Promise<ClusterRig> {
  // With this age, the logs are empty at the start.
  const rig = await startRig({ pods, ageMs: 1 });
  onTestFinished(() => rig.stop());
  for (const { name } of pods) rig.sandbox.setLogBackground(name, SILENT);
  const credentials = async () => ({ headers: { authorization: `Bearer ${token}` }, tls: {} });
  const client = clientOf(connectionTo(rig.sandbox.url, { credentials }), rig.clock);
  return {
    ...rig,
    client,
    until: async (holds) => {
      const received = (): number => rig.calls.reads + rig.calls.writes;
      let before = received();
      for (let turn = 0; !holds(); turn += 1) {
        if (turn > 20_000) throw new Error('it never came to that');
        // Time passes only while no request is being made.
        if (turn % 20 === 19 && received() === before) await rig.clock.advance(250);
        if (turn % 20 === 19) before = received();
        await setImmediate();
      }
    },
  };
}
