import { expect, it } from 'vitest';
import { choosePods } from '../../../src/lib/pods/choose-pods.ts';
import { makeCatalogue } from '../../../src/lib/services/catalogue.ts';
import { pod } from './sample-pods.ts';

const PODS = [
  pod({ name: 'frontend-5d59d67564-abcde' }),
  pod({ name: 'frontend-5d59d67564-fghij' }),
  pod({ name: 'circleci-rabbitmq-0', owner: { kind: 'StatefulSet', name: 'circleci-rabbitmq' } }),
  pod({ name: 'schedulerer-5d59d67564-abcde', workload: 'schedulerer' }),
];

/** Returns the names of the pods that a name selects. */
async function chosen(name: string): Promise<readonly string[]> {
  const client = {
    target: { context: null, server: 'https://kubernetes', namespace: 'circleci-server' },
    listPods: async () => PODS,
  };
  const { signal } = new AbortController();
  const choice = { names: [name], services: [] };
  const pods = await choosePods(client, makeCatalogue(), choice, { signal });
  return pods.map((one) => one.name);
}

const FRONTENDS = ['frontend-5d59d67564-abcde', 'frontend-5d59d67564-fghij'];

it.each<[string, readonly string[]]>([
  ['frontend', FRONTENDS],
  ['frontend-5d59d67564-abcde', ['frontend-5d59d67564-abcde']],
  ['Deployment/frontend', FRONTENDS],
  ['deploy/frontend', FRONTENDS],
  ['deployment.apps/frontend', FRONTENDS],
  ['pod/frontend-5d59d67564-fghij', ['frontend-5d59d67564-fghij']],
  ['sts/circleci-rabbitmq', ['circleci-rabbitmq-0']],
  ['circleci-rabbitmq', ['circleci-rabbitmq-0']],
  ['rabbitmq', ['circleci-rabbitmq-0']],
  ['scheduler', ['schedulerer-5d59d67564-abcde']],
])('the name %s selects its pods', async (name, expected) => {
  expect(await chosen(name)).toEqual(expected);
});

it.each([
  ['rabbit', 'Did you mean circleci-rabbitmq? List'],
  ['rabbit*', 'Did you mean circleci-rabbitmq? List'],
  ['e', 'Did you mean circleci-rabbitmq, frontend or schedulerer? List'],
  ['nonesuch', 'List'],
  ['*', 'List'],
])('for the name %s, which no pod has, the hint starts with %s', async (name, hint) => {
  await expect(chosen(name)).rejects.toMatchObject({
    code: 'POD_NOT_FOUND',
    hint: expect.stringContaining(`${hint} the pods`),
  });
});

it.each([
  ['nonesuch', 'POD_NOT_FOUND', 'No pod, workload or service'],
  ['pod/frontend', 'POD_NOT_FOUND', 'No pod, workload or service'],
  ['deploy/circleci-rabbitmq', 'POD_NOT_FOUND', 'No pod, workload or service'],
  // The service is known but has no pods, so the error differs from that of a misspelled name.
  ['dispatcher', 'PODS_NOT_FOUND', 'The service dispatcher has no matching pod'],
])('the name %s throws an error', async (name, code, message) => {
  await expect(chosen(name)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});
