import { expect, it } from 'vitest';
import { eventsOfWork } from '../../src/lib/events-of-work.ts';

it('yields every event until the work has settled, also after the signal is aborted', async () => {
  const stop = new AbortController();
  const events = eventsOfWork<string>(stop.signal, async (emit, signal) => {
    emit('begun');
    emit('still');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    emit('report');
  });
  const told: string[] = [];
  for await (const event of events) {
    told.push(event);
    stop.abort();
  }
  expect(told).toEqual(['begun', 'still', 'report']);
});

it('throws the error of the work after its events', async () => {
  const error = new Error('a bug');
  const events = eventsOfWork<string>(new AbortController().signal, async (emit) => {
    emit('begun');
    throw error;
  });
  expect(await events.next()).toEqual({ value: 'begun', done: false });
  await expect(events.next()).rejects.toBe(error);
});

it('aborts and awaits the work if the consumer stops early', async () => {
  let undone = false;
  const events = eventsOfWork<string>(new AbortController().signal, async (emit, signal) => {
    emit('begun');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await Promise.resolve();
    undone = true;
  });
  for await (const event of events) {
    expect(event).toBe('begun');
    break;
  }
  expect(undone).toBe(true);
});
