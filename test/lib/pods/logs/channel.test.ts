import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Channel } from '../../../../src/lib/pods/logs/channel.ts';

it('yields items in order, at least one and together no more than the maximum', async () => {
  const gate = new Channel<string>(10);
  const taken: string[] = [];
  const hand = (item: string, size: number) => gate.send(item, size).then(() => taken.push(item));
  const handed = [hand('a', 4), hand('b', 6), hand('huge', 100), hand('c', 1), hand('d', 9)];
  const rounds = gate.receive();
  expect((await rounds.next()).value).toEqual(['a', 'b']);
  // A worker waits until the reader asks for more.
  expect(taken).toEqual([]);
  expect((await rounds.next()).value).toEqual(['huge']);
  expect(taken).toEqual(['a', 'b']);
  expect((await rounds.next()).value).toEqual(['c', 'd']);
  gate.end();
  expect(await rounds.next()).toEqual({ value: undefined, done: true });
  await Promise.all(handed);
});

it('ends with an error after the items passed so far, and leaves no worker waiting', async () => {
  const gate = new Channel<string>(10);
  const error = new Error('broken');
  const handed = gate.send('last', 4);
  gate.end({ error });
  gate.end({ error: new Error('a later one') });
  await handed;
  await gate.send('too late', 4);
  const rounds = gate.receive();
  expect((await rounds.next()).value).toEqual(['last']);
  await expect(rounds.next()).rejects.toBe(error);
});

it('yields items to a reader that waited for them', async () => {
  const gate = new Channel<string>(10);
  const first = gate.receive().next();
  await setImmediate();
  void gate.send('one', 1);
  void gate.send('two', 1);
  expect((await first).value).toEqual(['one', 'two']);
});

it('releases all workers if the reader stops', async () => {
  const gate = new Channel<string>(10);
  const handed = [gate.send('read', 10), gate.send('waiting', 10)];
  for await (const items of gate.receive()) {
    expect(items).toEqual(['read']);
    break;
  }
  await handed[0];
  gate.end();
  await handed[1];
});
