import { expect, it } from 'vitest';
import type { Clock } from '../../../../src/lib/clock.ts';
import type { Pod } from '../../../../src/lib/kubernetes/model.ts';
import { type FollowClient, followLog } from '../../../../src/lib/pods/logs/follow-log.ts';
import { LogCursor } from '../../../../src/lib/pods/logs/log-cursor.ts';
import { readLog } from '../../../../src/lib/pods/logs/read-log.ts';
import { container, pod } from '../sample-pods.ts';

// As the kubelet of Kubernetes 1.30 sends it, with status 200 and without a time.
const GONE = 'unable to retrieve container logs for containerd://85d99eb540c93a504c8d8fb8eeea3076';
const LAST = '2026-12-01T12:00:00.000000000Z the last line\n';
const { signal } = new AbortController();

/** Returns a client whose log requests send these texts, one after the other. */
function logOf(texts: readonly string[], pods: readonly Pod[]): FollowClient {
  const [sent, found] = [[...texts], [...pods]];
  return {
    getPod: async () => found.shift() ?? pod(),
    podLogs: async function* () {
      yield Buffer.from(sent.shift() ?? '');
    },
  };
}

it('fails to read a log that the node has deleted, after the lines that it still had', async () => {
  const where = { pod: 'frontend-0', container: 'main' };
  const texts: string[] = [];
  const reading = (async () => {
    const client = logOf([`${LAST}${GONE}`], []);
    for await (const lines of readLog(client, where, new LogCursor(), { signal })) {
      texts.push(...lines.map(({ text }) => text));
    }
  })();
  await expect(reading).rejects.toMatchObject({
    code: 'LOG_GONE',
    message: 'The log of container main of pod frontend-0 is no longer on its node',
  });
  expect(texts).toEqual(['the last line']);
});

it("notes that a followed pod is gone, and does not print the kubelet's message as a line", async () => {
  const running = pod({ containers: [container()] });
  const ended = {
    ...running,
    phase: 'Failed' as const,
    deletedAt: new Date(0),
    containers: [container({ state: 'terminated', ready: false, exitCode: 143 })],
  };
  const client = logOf([`${LAST}${GONE}\n`, GONE], [running, ended]);
  const clock: Clock = { now: () => new Date(0), sleep: async () => undefined };
  const source = { pod: running.name, uid: running.uid, container: 'main', service: null };
  const context = { clock, signal, changed: async () => undefined };
  const told: string[] = [];
  for await (const event of followLog(client, source, new LogCursor(), 0, context)) {
    told.push(...(event.kind === 'note' ? [event.text] : event.lines.map(({ text }) => text)));
  }
  expect(told).toEqual(['the last line', 'is gone']);
});
