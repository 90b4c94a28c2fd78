import { expect, it } from 'vitest';
import { AdminError } from '../../../src/lib/errors.ts';
import type { LostNode } from '../../../src/lib/kubernetes/model.ts';
import { markLostNodes } from '../../../src/lib/pods/lost-nodes.ts';
import { container, pod } from './sample-pods.ts';

const well = pod({ name: 'a', nodeName: 'worker-1' });
const unready = pod({
  name: 'b',
  nodeName: 'worker-2',
  containers: [container({ ready: false })],
});
const lost: LostNode = { name: 'worker-2', why: 'Kubelet stopped posting node status.' };
const { signal } = new AbortController();

/** Returns the lost node of each pod, and the nodes that were read. */
async function mark(answer: () => Promise<readonly LostNode[] | null>, pods = [well, unready]) {
  const asked: string[] = [];
  const client = {
    lostNodes: (names: readonly string[]) => {
      asked.push(...names);
      return answer();
    },
  };
  const marked = await markLostNodes(client, pods, signal);
  return { asked, lost: marked.map(({ lostNode }) => lostNode?.name ?? null) };
}

it('reads only the nodes of pods with problems', async () => {
  expect(await mark(async () => [lost])).toEqual({ asked: ['worker-2'], lost: [null, 'worker-2'] });
  expect(await mark(async () => [lost], [well])).toEqual({ asked: [], lost: [null] });
});

it('returns the pods unchanged if nodes cannot be read', async () => {
  expect((await mark(async () => null)).lost).toEqual([null, null]);
  const broken = new AdminError('service', 'the connection was reset', { code: 'BAD_ANSWER' });
  expect((await mark(() => Promise.reject(broken))).lost).toEqual([null, null]);
});
