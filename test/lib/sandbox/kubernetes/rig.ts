import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { CallLog } from '../../../../src/lib/sandbox/call-log.ts';
import { SandboxClock } from '../../../../src/lib/sandbox/clock.ts';
import { FaultPlan } from '../../../../src/lib/sandbox/faults.ts';
import { KubernetesSandbox } from '../../../../src/lib/sandbox/kubernetes/kubernetes-sandbox.ts';
import type { PodBackend } from '../../../../src/lib/sandbox/kubernetes/pod-backend.ts';
import {
  ADMIN_TOKEN,
  type KubernetesScenario,
  type PodSpec,
} from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import { seededRandom } from '../../../../src/lib/sandbox/random.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/kubernetes-1.21.2');

/** Returns the text of a recorded file. */
export function recorded(file: string): string {
  return readFileSync(join(FIXTURES, file), 'utf8');
}

/** Returns a recorded JSON document. */
export function recordedJson(file: string): unknown {
  return JSON.parse(recorded(file));
}

/**
 * Returns events of containers, which were not recorded. They also name the container and the node
 * (ObjectReference.fieldPath and EventSource.host of core/v1).
 */
export function containerEvents(): unknown {
  const list = recordedJson('events.json') as {
    items: { source: object; involvedObject: object }[];
  };
  return {
    ...list,
    items: list.items.map((event) => ({
      ...event,
      involvedObject: { ...event.involvedObject, fieldPath: 'spec.containers{nomad}' },
      source: { ...event.source, host: 'node1' },
    })),
  };
}

const BUSYBOX = 'docker.io/rig/busybox:1';

function standIn(name: string, rest: Partial<PodSpec> = {}): PodSpec {
  const command = ['/bin/sh', '-c', 'while true; do sleep 5; done'];
  return {
    name,
    containers: [{ name, image: BUSYBOX, command }],
    gracePeriodSeconds: 1,
    ...rest,
  };
}

/** The workloads of the recorded namespace. */
export const RECORDED_PODS: readonly PodSpec[] = [
  {
    name: 'circleci-nomad',
    kind: 'StatefulSet',
    labels: { app: 'nomad-server', layer: 'execution' },
    containers: [{ name: 'nomad', command: ['nomad', 'agent'], ports: { http: 4646, rpc: 4647 } }],
    readyAfterMs: 2_000,
    readinessPath: '/v1/status/leader',
    configMap: { name: 'nomad-server', mountPath: '/etc/nomad' },
  },
  ...['legacy-dispatcher', 'schedulerer', 'circleci-telegraf', 'dispatcher'].map((name) =>
    standIn(name),
  ),
  standIn('frontend', { env: { SECRET_TOKEN: 'x' } }),
  standIn('output-processor'),
  standIn('crasher', { situation: 'crash-loop', exitCode: 3 }),
  standIn('badimage', { situation: 'image-missing' }),
  standIn('pending', { situation: 'unschedulable', cpu: '500' }),
];

/** A sandbox on a clock that advances only on request, and a client for it. */
export interface Rig {
  readonly clock: SandboxClock;
  readonly calls: CallLog;
  readonly sandbox: KubernetesSandbox;
  readonly faults: FaultPlan;
  fetch(
    path: string,
    options?: {
      readonly method?: string;
      readonly body?: unknown;
      readonly token?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Answer>;
  stop(): Promise<void>;
}

/** A response, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  json(): Record<string, unknown>;
}

/** Starts a sandbox over plain HTTP. */
export async function startRig(
  scenario: KubernetesScenario = {},
  backends: Readonly<Record<string, PodBackend>> = {},
  seed = 1,
): Promise<Rig> {
  const clock = new SandboxClock({ start: new Date('2026-11-23T17:00:00Z'), rate: 0 });
  const calls = new CallLog();
  const faults = new FaultPlan();
  const context = { clock, random: seededRandom(seed), faults, calls };
  const sandbox = new KubernetesSandbox(context, { tls: false, ...scenario }, backends);
  await sandbox.start();
  const agent = new Agent();
  return {
    clock,
    calls,
    faults,
    sandbox,
    fetch: async (path, { method = 'GET', body, token = ADMIN_TOKEN, headers = {} } = {}) => {
      const response = await request(`${sandbox.url}${path}`, {
        dispatcher: agent,
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.body.text();
      return {
        status: response.statusCode,
        headers: response.headers,
        text,
        json: () => JSON.parse(text),
      };
    },
    stop: async () => {
      await agent.destroy();
      await sandbox.stop();
      clock.stop();
    },
  };
}
