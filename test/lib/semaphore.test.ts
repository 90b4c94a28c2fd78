import { expect, it } from 'vitest';
import { Semaphore } from '../../src/lib/semaphore.ts';

it('gives slots in order of arrival', async () => {
  const slots = new Semaphore(1);
  const got: string[] = [];
  await slots.acquire();
  const others = ['first', 'second'].map(async (name) => {
    await slots.acquire();
    got.push(name);
    slots.release();
  });
  expect(got).toEqual([]);
  slots.release();
  await Promise.all(others);
  expect(got).toEqual(['first', 'second']);
});

it('lets an aborted caller go at once, and gives its slot to nobody', async () => {
  const slots = new Semaphore(1);
  await slots.acquire();
  const controller = new AbortController();
  const gone = slots.acquire(controller.signal);
  const next = slots.acquire();
  controller.abort(new Error('Ctrl-C'));
  await expect(gone).rejects.toThrow('Ctrl-C');
  await expect(slots.acquire(controller.signal)).rejects.toThrow('Ctrl-C');
  slots.release();
  await next;
});
