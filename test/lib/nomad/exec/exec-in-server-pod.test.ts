import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { execInServerPod } from '../../../../src/lib/nomad/exec/exec-in-server-pod.ts';
import { ADMIN_TOKEN } from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import { startRig } from '../../sandbox/kubernetes/rig.ts';
import { clusterAt } from '../access/connected-nomad.ts';
import { failureOf } from '../http/recorded-nomad.ts';

async function pod(containers: readonly string[]) {
  const ran: (readonly string[])[] = [];
  const backend = {
    ports: {},
    exec: async (command: readonly string[]) => {
      ran.push(command);
      return 0;
    },
  };
  const pods = [
    {
      name: 'circleci-nomad',
      kind: 'StatefulSet' as const,
      containers: containers.map((name) => ({ name })),
    },
  ];
  const rig = await startRig({ pods }, { 'circleci-nomad': backend });
  onTestFinished(() => rig.stop());
  await rig.clock.advance(60_000);
  const { url } = rig.sandbox;
  const cluster = clusterAt({ url, namespace: 'circleci-server', token: ADMIN_TOKEN });
  const containersAsked: (string | undefined)[] = [];
  const exec = (container?: string) =>
    execInServerPod(
      {
        exec: (request) => {
          containersAsked.push(request.container);
          return cluster.exec(request);
        },
      },
      {
        pod: 'circleci-nomad-0',
        command: ['nomad', 'version'],
        stdout: new PassThrough(),
        stderr: new PassThrough(),
        ...(container === undefined ? {} : { container }),
      },
    );
  return { exec, containersAsked, ran };
}

it.each([
  [['nomad'], [undefined]],
  [
    ['metrics', 'nomad'],
    [undefined, 'nomad'],
  ],
  [
    ['server', 'istio-proxy'],
    [undefined, 'server'],
  ],
])('runs a command once in a pod with the containers %j', async (containers, asked) => {
  const { exec, containersAsked, ran } = await pod(containers);
  expect(await exec()).toEqual({ exitCode: 0 });
  expect(containersAsked).toEqual(asked);
  expect(ran).toEqual([['nomad', 'version']]);
});

it('uses a given container as it is', async () => {
  const { exec, containersAsked } = await pod(['metrics', 'nomad']);
  expect(await failureOf(exec('other'))).toMatchObject({
    kind: 'validation',
    code: 'BAD_CONTAINER',
    message: expect.stringContaining('container other is not valid for pod circleci-nomad-0'),
  });
  expect(containersAsked).toEqual(['other']);
});
