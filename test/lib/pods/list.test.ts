import { expect, it } from 'vitest';
import { listPods, watchPodList } from '../../../src/lib/pods/list.ts';
import { makeCatalogue } from '../../../src/lib/services/catalogue.ts';
import { clusterRig } from './cluster-rig.ts';

interface Table {
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

it('gives the same READY, STATUS and RESTARTS as the API server in every situation', async () => {
  const situations = [
    'running',
    'not-ready',
    'crash-loop',
    'image-missing',
    'unschedulable',
    'evicted',
  ] as const;
  const rig = await clusterRig([
    ...situations.map((situation) => ({ name: situation, situation })),
    { name: 'job', kind: 'Job', situation: 'completed' },
    { name: 'ending' },
  ]);
  rig.sandbox.deletePod('ending', 30);
  const signal = new AbortController().signal;
  const context = { catalogue: makeCatalogue(), signal, now: () => rig.clock.now() };
  for (const ms of [0, 5_000, 60_000]) {
    await rig.clock.advance(ms);
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const answer = await rig.fetch('/api/v1/namespaces/circleci-server/pods', {
      headers: { accept },
    });
    const printed = (JSON.parse(answer.text) as Table).rows.map(({ cells }) => cells.slice(0, 4));
    const choice = { names: [], services: [], notReady: false };
    const list = await listPods(rig.client, choice, context);
    const ours = list.pods.map(({ name, ready, containers, status, restarts }) => {
      return [name, `${ready}/${containers}`, status, restarts];
    });
    const plain = printed.map(([name, ready, status, restarts]) => {
      return [name, ready, status, Number.parseInt(String(restarts), 10)];
    });
    expect(ours).toEqual(plain.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
  }
});

it('names a lost node in every list of a watch', async () => {
  const rig = await clusterRig([{ name: 'frontend', situation: 'not-ready' }]);
  await rig.clock.advance(60_000);
  const stop = new AbortController();
  const lostNodes = async (names: readonly string[]) =>
    names.map((name) => ({ name, why: 'Kubelet stopped posting node status.' }));
  const client = { ...rig.client, lostNodes };
  const context = {
    catalogue: makeCatalogue(),
    signal: stop.signal,
    now: () => rig.clock.now(),
  };
  const choice = { names: [], services: [], notReady: false };
  const row = async () => (await lists.next()).value?.pods[0];
  const lists = watchPodList(client, choice, context);
  const first = await row();
  expect(first?.node).toEqual(expect.any(String));
  expect(first).toMatchObject({ lostNode: first?.node });
  const next = row();
  rig.sandbox.crash('frontend');
  expect(await next).toMatchObject({ lostNode: first?.node });
  stop.abort();
});
