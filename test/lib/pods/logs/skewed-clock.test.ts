import { describe, expect, it } from 'vitest';
import type { LogsOptions } from '../../../../src/lib/pods/logs/logs-options.ts';
import { podLogs } from '../../../../src/lib/pods/logs/pod-logs.ts';
import { makeCatalogue } from '../../../../src/lib/services/catalogue.ts';
import { type ClusterRig, clusterRig } from '../cluster-rig.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** How far this machine's clock is ahead of the cluster's, in milliseconds. */
const SKEWS = [-10 * MINUTE, -30 * SECOND, 0, 30 * SECOND, 10 * MINUTE];

/** Reads on a machine whose clock is wrong; `texts` contains the lines read so far. */
function read(rig: ClusterRig, aheadMs: number, options: Partial<LogsOptions>) {
  const stop = new AbortController();
  const texts: string[] = [];
  const now = (): Date => new Date(rig.clock.now().getTime() + aheadMs);
  const context = { clock: { now, sleep: rig.clock.sleep.bind(rig.clock) }, signal: stop.signal };
  const whole = { follow: false, previous: false, sinceMs: null, tail: null, grep: null };
  const all = { ...whole, container: null, maxStreams: 9, ...options };
  const choice = { names: [], services: [] };
  const run = async (): Promise<void> => {
    for await (const event of podLogs(rig.client, makeCatalogue(), choice, all, context)) {
      if (event.kind === 'lines') texts.push(...event.lines.map(({ text }) => text));
    }
  };
  const ended = run().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  const end = async (): Promise<readonly string[]> => {
    stop.abort();
    await ended;
    return texts;
  };
  return { texts, ended, end };
}

const write = (rig: ClusterRig, text: string): void =>
  rig.sandbox.appendLog('dispatcher', undefined, text);

const numbers = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, at) => String(from + at));

/** Starts a cluster with a log of ten lines per second, the last one written now. */
async function writerRig(lines: number): Promise<ClusterRig> {
  const rig = await clusterRig([{ name: 'dispatcher' }]);
  for (const text of numbers(0, lines)) {
    await rig.clock.advance(100);
    write(rig, text);
  }
  return rig;
}

/** Returns a condition that holds once the log is followed, after its existing lines were read. */
const isFollowed = (rig: ClusterRig) => (): boolean => asked(rig).some(({ follow }) => follow);

function asked(rig: ClusterRig) {
  return rig.calls
    .recent()
    .filter(({ path }) => path.includes('/log?'))
    .map(({ path }) => {
      const query = new URLSearchParams(path.slice(path.indexOf('?')));
      return { follow: query.has('follow'), since: query.get('sinceSeconds') };
    });
}

/** Makes the next streams break after some bytes. */
function breakStreams(rig: ClusterRig, bytes: number, times: number): void {
  rig.faults.add({ method: 'GET', path: '/log\\?', fault: { kind: 'truncate', bytes }, times });
}

describe.each(SKEWS)('on a machine whose clock is %i ms ahead', (aheadMs) => {
  it('reads the last seconds by the clock of the node', async () => {
    const rig = await writerRig(60);
    const reading = read(rig, aheadMs, { sinceMs: 2 * SECOND });
    await reading.ended;
    expect(reading.texts).toEqual(numbers(39, 60));
    expect(asked(rig)).toEqual([{ follow: false, since: '2' }]);
  });

  it('follows from the last seconds on, despite streams that break before and after a line', async () => {
    const rig = await writerRig(60);
    breakStreams(rig, 10, 1);
    breakStreams(rig, 200, 3);
    const reading = read(rig, aheadMs, { sinceMs: 2 * SECOND, follow: true });
    await rig.until(() => reading.texts.includes('59'));
    for (const text of numbers(60, 90)) {
      await rig.clock.advance(100);
      write(rig, text);
    }
    await rig.until(() => reading.texts.includes('89'));
    const texts = await reading.end();
    const first = Number(texts[0]);
    // Up to one second earlier, because the pause before the retry is added.
    expect(first).toBeGreaterThanOrEqual(29);
    expect(first).toBeLessThanOrEqual(39);
    expect(texts).toEqual(numbers(first, 90));
  });

  it('follows new lines, even if a stream breaks before the first line', async () => {
    const rig = await writerRig(60);
    const reading = read(rig, aheadMs, { tail: 0, follow: true });
    await rig.until(isFollowed(rig));
    breakStreams(rig, 10, 3);
    await rig.clock.advance(100);
    write(rig, '60');
    await rig.until(() => reading.texts.length > 0);
    await rig.clock.advance(100);
    write(rig, '61');
    await rig.until(() => reading.texts.includes('61'));
    expect(await reading.end()).toEqual(['60', '61']);
  });

  it('follows new lines of a restarted container and of a new pod', async () => {
    const rig = await writerRig(60);
    const reading = read(rig, aheadMs, { tail: 0, follow: true });
    await rig.until(isFollowed(rig));
    await rig.clock.advance(100);
    write(rig, 'before');
    rig.sandbox.crash('dispatcher');
    await rig.until(() => reading.texts.includes('before'));
    rig.sandbox.addPod({ name: 'newcomer' });
    await rig.until(() => rig.sandbox.pod('newcomer').status.phase === 'Running');
    rig.sandbox.appendLog('newcomer', undefined, 'joined');
    await rig.until(() => reading.texts.includes('joined'));
    await rig.clock.advance(MINUTE);
    write(rig, 'after');
    await rig.until(() => reading.texts.includes('after'));
    const texts = await reading.end();
    const own = texts.filter((text) => /^(?:before|joined|after|\d+)$/.test(text));
    expect(own).toEqual(['before', 'joined', 'after']);
  });

  it('reads both runs of a pod that was created and crashed before the watch reported it', async () => {
    const rig = await writerRig(60);
    // Delay the list of pods with which the watch starts.
    const fault = { kind: 'delay', ms: 20 * SECOND } as const;
    rig.faults.add({ method: 'GET', path: '/pods(?:\\?|$)', fault, times: 1, after: 1 });
    const reading = read(rig, aheadMs, { tail: 0, follow: true });
    await rig.until(isFollowed(rig));
    rig.sandbox.addPod({ name: 'newcomer' });
    await rig.until(() => rig.sandbox.pod('newcomer').status.phase === 'Running');
    rig.sandbox.appendLog('newcomer', undefined, 'crashing');
    rig.sandbox.crash('newcomer');
    await rig.until(() => {
      const [status] = rig.sandbox.pod('newcomer').status.containerStatuses ?? [];
      return status?.restartCount === 1 && status.state.running !== undefined;
    });
    rig.sandbox.appendLog('newcomer', undefined, 'again');
    await rig.until(() => reading.texts.includes('again'));
    const own = (await reading.end()).filter((text) => /^(?:crashing|again|\d+)$/.test(text));
    expect(own).toEqual(['crashing', 'again']);
  });
});

it('follows new lines of a log that was empty', async () => {
  const rig = await writerRig(0);
  const reading = read(rig, 0, { tail: 0, follow: true });
  await rig.until(isFollowed(rig));
  write(rig, '0');
  await rig.until(() => reading.texts.length > 0);
  expect(await reading.end()).toEqual(['0']);
});

it.each([1, 2, 4])(
  'follows the lines since the start if the first %i attempts to read the log fail',
  async (times) => {
    const rig = await writerRig(60);
    // A second log that can be read, because reading fails if no log can be read.
    rig.sandbox.addPod({ name: 'frontend' });
    await rig.until(() => rig.sandbox.pod('frontend').status.phase === 'Running');
    const broken = { kind: 'truncate', bytes: 10 } as const;
    rig.faults.add({ method: 'GET', path: '/dispatcher[^/]*/log\\?', fault: broken, times });
    for (const text of numbers(60, 90)) {
      await rig.clock.advance(100);
      write(rig, text);
    }
    const reading = read(rig, 10 * MINUTE, { tail: 0, follow: true });
    await rig.until(() => asked(rig).length > 1);
    write(rig, '90');
    await rig.until(() => reading.texts.includes('90'));
    const own = (await reading.end()).filter((text) => /^\d+$/.test(text));
    // Up to one second earlier, because the node accepts only whole seconds.
    const first = Number(own[0]);
    expect(own).toEqual(numbers(first, 91));
    expect(first).toBeGreaterThanOrEqual(79);
  },
);
