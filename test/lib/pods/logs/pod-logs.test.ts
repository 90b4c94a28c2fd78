import { expect, it } from 'vitest';
import type { PodChoice } from '../../../../src/lib/pods/choose-pods.ts';
import type { LogsOptions } from '../../../../src/lib/pods/logs/logs-options.ts';
import { podLogs } from '../../../../src/lib/pods/logs/pod-logs.ts';
import { makeCatalogue } from '../../../../src/lib/services/catalogue.ts';
import { type ClusterRig, clusterRig } from '../cluster-rig.ts';

const EVERYTHING: PodChoice = { names: [], services: [] };
const WHOLE: LogsOptions = {
  follow: false,
  previous: false,
  sinceMs: null,
  tail: null,
  grep: null,
  container: null,
  maxStreams: 100,
};

/** Reads until stopped; `texts` contains the lines read so far. */
function read(rig: ClusterRig, options: Partial<LogsOptions>, choice = EVERYTHING) {
  const stop = new AbortController();
  const texts: string[] = [];
  const notes: string[] = [];
  const context = { clock: rig.clock, signal: stop.signal };
  const run = async (): Promise<void> => {
    const all = { ...WHOLE, ...options };
    for await (const event of podLogs(rig.client, makeCatalogue(), choice, all, context)) {
      if (event.kind === 'note') notes.push(event.text);
      else if (event.kind === 'lines') texts.push(...event.lines.map(({ text }) => text));
    }
  };
  const ended = run().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return { texts, notes, ended, stop: () => stop.abort() };
}

const lines = (name: string, from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, at) => `${name} ${from + at}`);

it('merges logs by time, with the last lines of each log or the lines that match', async () => {
  const rig = await clusterRig([{ name: 'dispatcher' }, { name: 'schedulerer' }]);
  for (let round = 0; round < 4; round += 1) {
    for (const name of ['schedulerer', 'dispatcher']) {
      await rig.clock.advance(300);
      rig.sandbox.appendLog(name, undefined, `${name} ${round}`);
    }
  }
  const texts = async (options: Partial<LogsOptions>, choice = EVERYTHING) => {
    const reading = read(rig, options, choice);
    await reading.ended;
    return reading.texts;
  };
  const all = [0, 1, 2, 3].flatMap((round) => [`schedulerer ${round}`, `dispatcher ${round}`]);
  expect(await texts({})).toEqual(all);
  expect(await texts({ tail: 1 })).toEqual(all.slice(-2));
  // The API server accepts only whole seconds; rounding up returns at least the requested lines.
  expect(await texts({ sinceMs: 700 })).toEqual(all.slice(-4));
  expect(await texts({ grep: /[13]$/ }, { ...EVERYTHING, services: ['scheduler'] })).toEqual([
    'schedulerer 1',
    'schedulerer 3',
  ]);
});

it('loses and repeats no line despite broken streams, restarts and new pods', async () => {
  const names = ['dispatcher', 'schedulerer', 'frontend'];
  const rig = await clusterRig(names.map((name) => ({ name })));
  for (const name of names) {
    for (const line of lines(name, 0, 40)) rig.sandbox.appendLog(name, undefined, line);
  }
  const reading = read(rig, { follow: true });
  await rig.until(() => reading.texts.length === 120);
  // From now on, streams break after some bytes, many times.
  rig.faults.add({
    method: 'GET',
    path: '/log\\?',
    fault: { kind: 'truncate', bytes: 700 },
    times: 30,
  });
  for (let round = 1; round < 8; round += 1) {
    for (const name of names) {
      for (const line of lines(name, round * 40, round * 40 + 40)) {
        rig.sandbox.appendLog(name, undefined, line);
      }
    }
    if (round === 3) rig.sandbox.crash('frontend');
    if (round === 5) rig.sandbox.addPod({ name: 'newcomer' });
    await rig.clock.advance(1_500);
    await rig.until(() => reading.texts.length >= (round + 1) * 120);
  }
  await rig.until(() => rig.sandbox.pod('newcomer').status.phase === 'Running');
  for (const line of lines('newcomer', 0, 10)) rig.sandbox.appendLog('newcomer', undefined, line);
  await rig.until(() => reading.texts.filter((text) => text.startsWith('newcomer')).length >= 10);
  reading.stop();
  await reading.ended;
  const wanted = [...names.flatMap((name) => lines(name, 0, 320)), ...lines('newcomer', 0, 10)];
  const own = reading.texts.filter((text) =>
    /^(?:dispatcher|schedulerer|frontend|newcomer) \d/.test(text),
  );
  expect([...own].sort()).toEqual([...wanted].sort());
  for (const name of names) {
    expect(own.filter((text) => text.startsWith(`${name} `))).toEqual(lines(name, 0, 320));
  }
  const asked = rig.calls.recent().filter(({ path }) => path.includes('/log?'));
  expect(asked.length).toBeGreaterThan(30);
  expect(asked.some(({ path }) => path.includes('previous=true'))).toBe(true);
  expect(reading.notes).toEqual(expect.arrayContaining(['restarted', 'joins']));
});

it('reads the log of the previous run, and notes which container has none', async () => {
  const rig = await clusterRig([{ name: 'dispatcher' }, { name: 'frontend' }]);
  rig.sandbox.appendLog('frontend', undefined, 'before');
  rig.sandbox.crash('frontend');
  await rig.clock.advance(60_000);
  rig.sandbox.appendLog('frontend', undefined, 'after');
  const both = read(rig, { previous: true });
  await both.ended;
  expect(both.texts).toEqual(['before']);
  expect(both.notes).toEqual([
    expect.stringMatching(/^previous terminated container "dispatcher" in pod .* not found$/),
  ]);
  const none = read(rig, { previous: true }, { ...EVERYTHING, names: ['dispatcher'] });
  await expect(none.ended).rejects.toMatchObject({ kind: 'notFound', code: 'NO_PREVIOUS_LOG' });
});

it('notes that a pod is gone, and follows the pod that replaces it', async () => {
  const rig = await clusterRig([{ name: 'dispatcher' }]);
  const reading = read(rig, { follow: true });
  rig.sandbox.appendLog('dispatcher', undefined, 'before');
  await rig.until(() => reading.texts.includes('before'));
  rig.sandbox.deletePod('dispatcher', 1);
  await rig.until(() => reading.notes.includes('is gone') && reading.notes.includes('joins'));
  await rig.until(() => rig.sandbox.pod('dispatcher').status.phase === 'Running');
  rig.sandbox.appendLog('dispatcher', undefined, 'after');
  await rig.until(() => reading.texts.includes('after'));
  reading.stop();
  await reading.ended;
  expect(reading.texts.filter((text) => /^(before|after)$/.test(text))).toEqual([
    'before',
    'after',
  ]);
});

const BROKEN = {
  method: 'GET',
  fault: { kind: 'status', status: 500, body: 'dial tcp 10.0.0.10:10250: no route to host' },
} as const;

it('reads the other logs if the node of one pod is lost, and fails if no log can be read', async () => {
  const rig = await clusterRig([{ name: 'dispatcher' }, { name: 'frontend' }]);
  for (const name of ['dispatcher', 'frontend']) rig.sandbox.appendLog(name, undefined, name);
  rig.faults.add({ ...BROKEN, path: '/pods/frontend[^/]*/log' });
  const one = read(rig, {});
  let ended = false;
  void one.ended.then(() => {
    ended = true;
  });
  await rig.until(() => ended);
  expect(one.texts).toEqual(['dispatcher']);
  expect(one.notes).toEqual([expect.stringContaining('no route to host')]);
  rig.faults.add({ ...BROKEN, path: '/pods/dispatcher[^/]*/log' });
  const none = read(rig, {}).ended.then(
    () => null,
    (error: unknown) => error,
  );
  let error: unknown;
  void none.then((reason) => {
    error = reason;
  });
  await rig.until(() => error !== undefined);
  expect(error).toMatchObject({ kind: 'service' });
});

it('keeps following other logs if one fails, and follows that one again when its pod changes', async () => {
  const rig = await clusterRig([{ name: 'dispatcher' }, { name: 'frontend' }]);
  const write = (name: string, text: string): void => rig.sandbox.appendLog(name, undefined, text);
  write('frontend', 'frontend 0');
  const reading = read(rig, { follow: true });
  await rig.until(() => reading.texts.length === 1);
  rig.faults.add({ ...BROKEN, path: '/pods/frontend[^/]*/log' });
  rig.sandbox.crash('frontend');
  await rig.until(() => reading.notes.some((text) => text.includes('no longer followed')));
  write('dispatcher', 'dispatcher 0');
  await rig.until(() => reading.texts.includes('dispatcher 0'));
  rig.faults.clear();
  rig.sandbox.crash('frontend');
  write('frontend', 'frontend 1');
  await rig.until(() => reading.texts.includes('frontend 1'));
  reading.stop();
  await reading.ended;
  expect(reading.texts.filter((text) => text === 'frontend 0')).toHaveLength(1);
});

it.each<PodChoice>([
  { ...EVERYTHING, names: ['vault'] },
  { ...EVERYTHING, services: ['vault'] },
  { ...EVERYTHING, labelSelector: 'app=vault' },
])('waits for the first pod if it follows %j', async (choice) => {
  const rig = await clusterRig([{ name: 'dispatcher' }]);
  const reading = read(rig, { follow: true }, choice);
  await rig.until(() => reading.notes.length > 0);
  expect(reading.notes).toEqual(['No pod matches yet; its log will be shown when one starts']);
  rig.sandbox.addPod({ name: 'vault' });
  await rig.until(() => rig.sandbox.pod('vault').status.phase === 'Running');
  rig.sandbox.appendLog('vault', undefined, 'unsealed');
  await rig.until(() => reading.texts.includes('unsealed'));
  reading.stop();
  await reading.ended;
});

it.each<[Partial<LogsOptions>, PodChoice, object]>([
  [
    { maxStreams: 1 },
    EVERYTHING,
    {
      kind: 'usage',
      code: 'TOO_MANY_STREAMS',
      message: 'This would read 2 logs at once',
      hint: 'Select fewer pods, or increase the limit: --max-streams 2',
    },
  ],
  [
    { container: 'sidecar' },
    EVERYTHING,
    {
      kind: 'validation',
      code: 'BAD_CONTAINER',
      message: 'No container "sidecar" in these pods',
    },
  ],
  [
    {},
    { ...EVERYTHING, names: ['dispatchr'] },
    {
      kind: 'notFound',
      code: 'POD_NOT_FOUND',
      message: 'No pod, workload or service in circleci-server is named "dispatchr"',
      hint: 'Did you mean dispatcher? List the pods: circleci-admin pods list',
    },
  ],
  [
    {},
    { ...EVERYTHING, services: ['vault'] },
    {
      kind: 'notFound',
      code: 'PODS_NOT_FOUND',
      message: 'The service circleci-vault has no matching pod',
    },
  ],
  [
    {},
    { ...EVERYTHING, labelSelector: 'app=nothing' },
    { kind: 'notFound', code: 'PODS_NOT_FOUND', message: 'No pod matches the selection' },
  ],
])('throws an error for options %j and selection %j', async (options, choice, error) => {
  const rig = await clusterRig([{ name: 'dispatcher' }, { name: 'frontend' }]);
  await expect(read(rig, options, choice).ended).rejects.toMatchObject(error);
});
