import { expect, it } from 'vitest';
import { Slots } from '../../src/lib/slots.ts';

it('gives slots in order of arrival', async () => {
  const slots = new Slots(1);
  const got: string[] = [];
  await slots.take();
  const others = ['first', 'second'].map(async (name) => {
    await slots.take();
    got.push(name);
    slots.release();
  });
  expect(got).toEqual([]);
  slots.release();
  await Promise.all(others);
  expect(got).toEqual(['first', 'second']);
});

it('lets an aborted caller go at once, and gives its slot to nobody', async () => {
  const slots = new Slots(1);
  await slots.take();
  const controller = new AbortController();
  const gone = slots.take(controller.signal);
  const next = slots.take();
  controller.abort(new Error('Ctrl-C'));
  await expect(gone).rejects.toThrow('Ctrl-C');
  await expect(slots.take(controller.signal)).rejects.toThrow('Ctrl-C');
  slots.release();
  await next;
});
