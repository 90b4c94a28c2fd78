import { describe, expect, it } from 'vitest';
import type { LogsOptions } from '../../../../src/lib/pods/logs/logs-options.ts';
import { podLogs } from '../../../../src/lib/pods/logs/pod-logs.ts';
import { makeCatalogue } from '../../../../src/lib/services/catalogue.ts';
import { type ClusterRig, clusterRig } from '../cluster-rig.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** How far this machine's clock is ahead of the cluster's. */
const SKEWS = [-10 * MINUTE, -30 * SECOND, 0, 30 * SECOND, 10 * MINUTE];

/** Reads on a machine whose clock is wrong; what was read so far stands in `texts`. */
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

/** Its log has a line a tenth of a second, the last of them now. */
async function writerRig(lines: number): Promise<ClusterRig> {
  const rig = await clusterRig([{ name: 'dispatcher' }]);
  for (const text of numbers(0, lines)) {
    await rig.clock.advance(100);
    write(rig, text);
  }
  return rig;
}

/** Waits until a log is followed, that is, for its stream that goes on. */
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

/** The streams that are opened next break off after so many bytes. */
function breakStreams(rig: ClusterRig, bytes: number, times: number): void {
  rig.faults.add({ method: 'GET', path: '/log\\?', fault: { kind: 'truncate', bytes }, times });
}

describe.each(SKEWS)('a machine whose clock is %i ms ahead', (aheadMs) => {
  it('reads the last seconds as the node counts them', async () => {
    const rig = await writerRig(60);
    const reading = read(rig, aheadMs, { sinceMs: 2 * SECOND });
    await reading.ended;
    expect(reading.texts).toEqual(numbers(39, 60));
    expect(asked(rig)).toEqual([{ follow: false, since: '2' }]);
  });

  it('follows from the last seconds on, over streams that break before and after a line', async () => {
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
    // Up to a second more, for what was waited before the next try.
    expect(first).toBeGreaterThanOrEqual(29);
    expect(first).toBeLessThanOrEqual(39);
    expect(texts).toEqual(numbers(first, 90));
  });

  it('follows what is new, though nothing was seen yet when a stream breaks', async () => {
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

  it('follows what is new of a container that restarts, and of a pod that joins', async () => {
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

  it('reads the runs of a pod that came and crashed while no change was heard of', async () => {
    const rig = await writerRig(60);
    // The list of pods that the watch begins with comes late.
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

it('follows what is new of a log that had no line yet', async () => {
  const rig = await writerRig(0);
  const reading = read(rig, 0, { tail: 0, follow: true });
  await rig.until(isFollowed(rig));
  write(rig, '0');
  await rig.until(() => reading.texts.length > 0);
  expect(await reading.end()).toEqual(['0']);
});

it.each([1, 2, 4])(
  'follows what was written since it began where the log cannot be read the first %i times',
  async (times) => {
    const rig = await writerRig(60);
    // Where no log at all can be read, that is the end.
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
    // Up to a second more: the node counts in whole ones.
    const first = Number(own[0]);
    expect(own).toEqual(numbers(first, 91));
    expect(first).toBeGreaterThanOrEqual(79);
  },
);
