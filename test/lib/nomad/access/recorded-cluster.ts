import { Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { NomadConnection } from '../../../../src/lib/nomad/access.ts';
import type { NomadClient } from '../../../../src/lib/nomad/client.ts';
import { CallLog } from '../../../../src/lib/sandbox/call-log.ts';
import { SandboxClock } from '../../../../src/lib/sandbox/clock.ts';
import { FaultPlan } from '../../../../src/lib/sandbox/faults.ts';
import { KubernetesSandbox } from '../../../../src/lib/sandbox/kubernetes/kubernetes-sandbox.ts';
import type { PodBackend } from '../../../../src/lib/sandbox/kubernetes/pod-backend.ts';
import type {
  PodSpec,
  PolicyRule,
  UserSpec,
} from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import { seededRandom } from '../../../../src/lib/sandbox/random.ts';
import { recordedCli } from '../exec/recorded-cli.ts';
import {
  type Answer,
  type Seen,
  type Served,
  serve,
  serveRecordings,
} from '../http/recorded-nomad.ts';
import { clusterAt, connected } from './connected-nomad.ts';

/** Permissions, in the form of a Role's rules. */
export const PROXY_GET = rule('pods/proxy', 'get');
export const PROXY_POST = rule('pods/proxy', 'create');
export const FORWARD = rule('pods/portforward', 'get', 'create');
export const EXEC = rule('pods/exec', 'get', 'create');

/** Where Nomad runs, if that is not the pod of 3.x. */
interface Place {
  /** The namespace of the client. */
  readonly namespace?: string;
  /** The pods; those of 3.x by default. Nomad runs in `circleci-nomad` and `nomad-server`. */
  readonly pods?: readonly PodSpec[];
}

/** A Nomad in a cluster, with the requests that both received. */
export interface Setup {
  readonly nomad: NomadClient;
  readonly cluster: KubernetesSandbox;
  readonly clock: SandboxClock;
  /** The requests that Nomad's API received. */
  readonly served: Served;
  /** The requests that the Kubernetes API received, and the number of connections to it. */
  readonly calls: CallLog;
  readonly connected: () => number;
}

/** Starts a Nomad in a cluster where the client has the permissions in `rules`, and the client. */
export async function setUp(
  rules: UserSpec['rules'],
  options: Partial<NomadConnection> = {},
  answer?: (seen: Seen) => Answer,
  { namespace, pods }: Place = {},
): Promise<Setup> {
  const served = await (answer ? serve(answer) : serveRecordings());
  const cli = recordedCli();
  const calls = new CallLog();
  const clock = new SandboxClock({ rate: 0 });
  const server: PodBackend = {
    ports: { 4646: Number(new URL(served.origin).port) },
    exec: async ([, ...args], io) => {
      const outputs = { stdout: sink(io.stdout), stderr: sink(io.stderr) };
      return cli.run(args, { ...outputs, signal: io.signal });
    },
  };
  const cluster = new KubernetesSandbox(
    { clock, random: seededRandom(1), faults: new FaultPlan(), calls },
    {
      tls: false,
      users: [{ name: 'me', token: 'mine', rules }],
      ...(pods === undefined ? {} : { pods }),
    },
    { 'circleci-nomad': server, 'nomad-server': server },
  );
  await cluster.start();
  onTestFinished(() => cluster.stop());
  let connections = 0;
  const nomad = connected({
    kubernetes: async () => {
      connections += 1;
      const place = namespace ?? cluster.namespace;
      return clusterAt({ url: cluster.url, namespace: place, token: 'mine' });
    },
    ...options,
  });
  return { nomad, cluster, clock, served, calls, connected: () => connections };
}

function sink(write: (data: Uint8Array) => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      write(chunk);
      done();
    },
  });
}

/** Creates a rule of a Role for the core API. */
export function rule(resource: string, ...verbs: string[]): PolicyRule {
  return { verbs, apiGroups: [''], resources: [resource] };
}
