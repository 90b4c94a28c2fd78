import { Writable } from 'node:stream';
import { Agent, request } from 'undici';
import { onTestFinished } from 'vitest';
import { ADMIN_TOKEN } from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import type { PipelineScenario } from '../../../../src/lib/sandbox/pipeline/scenario.ts';
import type { Sandbox } from '../../../../src/lib/sandbox/sandbox.ts';
import { findScenario } from '../../../../src/lib/sandbox/scenarios/index.ts';
import { SERVER_ADMIN_TOKEN } from '../../../../src/lib/sandbox/server/scenario.ts';
import { VERSIONS } from '../../../../src/lib/sandbox/versions.ts';
import { startSandbox } from '../../../support/sandbox.ts';
import { clientOf, connectionTo } from '../../kubernetes/api-server.ts';

/** A build as listed by the server. */
export interface ListedBuild {
  readonly build_url: string;
  readonly build_num: number;
  readonly status: string;
  readonly start_time: string | null;
}

/** A sandbox, with access to its logs and APIs. */
export interface PipelineRig {
  readonly sandbox: Sandbox;
  /** Returns the logs of all pods of a workload that have one, concatenated. */
  log(workload: string, query?: string): Promise<string>;
  /** Returns the log of each pod of a workload. */
  logs(workload: string, query?: string): Promise<readonly string[]>;
  server(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
  ): Promise<{ status: number; body: never }>;
  recent(): Promise<readonly ListedBuild[]>;
  /** Runs a command in RabbitMQ's pod. */
  rabbitmqctl(
    ...args: readonly string[]
  ): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Returns a scenario with changes to its pipeline. */
export async function pipelineRig(
  scenario: string,
  pipeline: PipelineScenario = {},
): Promise<PipelineRig> {
  const base = findScenario(scenario);
  const sandbox = await startSandbox({
    scenario: {
      ...base,
      kubernetes: { ...base.kubernetes, tls: false },
      pipeline: { ...base.pipeline, ...pipeline },
    },
  });
  const { rabbitmq } = VERSIONS[base.version ?? '3.0'].pipeline;
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  onTestFinished(() => dispatcher.close());
  const { kubernetes } = sandbox;
  const pods = `${kubernetes.url}/api/v1/namespaces/${kubernetes.namespace}/pods`;
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const credentials = async () => ({ headers, tls: {} });
  const client = clientOf(connectionTo(kubernetes.url, { credentials }), sandbox.clock);
  const logs: PipelineRig['logs'] = async (workload, query = '') => {
    const texts = (kubernetes.podsOf(workload) ?? []).map(async ({ name }) => {
      const response = await fetch(`${pods}/${name}/log?${query}`, { headers });
      return response.ok ? response.text() : '';
    });
    return Promise.all(texts);
  };
  const server: PipelineRig['server'] = async (method, path, body) => {
    const response = await request(`${sandbox.server.url}${path}`, {
      method,
      dispatcher,
      headers: { 'circle-token': SERVER_ADMIN_TOKEN },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.statusCode, body: (await response.body.json()) as never };
  };
  return {
    sandbox,
    logs,
    log: async (workload, query) => (await logs(workload, query)).join(''),
    server,
    recent: async () => (await server('GET', '/api/v1/admin/recent-builds?limit=100')).body,
    rabbitmqctl: async (...args) => {
      const text = { stdout: '', stderr: '' };
      const into = (stream: keyof typeof text): Writable =>
        new Writable({
          write: (chunk, _, done) => {
            text[stream] += String(chunk);
            done();
          },
        });
      const { exitCode } = await client.exec({
        pod: kubernetes.pod(rabbitmq).metadata.name,
        command: ['rabbitmqctl', ...args],
        stdout: into('stdout'),
        stderr: into('stderr'),
      });
      return { code: exitCode, ...text };
    },
  };
}
