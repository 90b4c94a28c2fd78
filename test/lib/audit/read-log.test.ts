import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChange, listChanges } from '../../../src/lib/audit/read-log.ts';
import { AuditLog } from '../../../src/lib/cli/rails/audit-log.ts';
import { Masker } from '../../../src/lib/masking.ts';

let directory = '';
let path = '';
let now = 0;

const clock = { now: () => new Date(now), sleep: async () => undefined };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audit-'));
  path = join(directory, 'data', 'audit.jsonl');
  now = Date.parse('2026-01-01T00:00:00Z');
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const subject = (action: string, installation = 'prod') => ({
  user: 'ada',
  installation,
  command: ['nomad', 'drain', action],
  action,
  plan: { clients: 1 },
});

async function begin(action: string, installation?: string) {
  const entry = await new AuditLog(path, clock, new Masker()).begin(subject(action, installation));
  now += 1_500;
  return entry;
}

describe('listChanges', () => {
  it('lists all changes with their result, in the order of their start', async () => {
    const first = await begin('first');
    const second = await begin('second', 'lab');
    await second.finish(10, { killed: 1 }, null);
    await (await begin('third')).finish(6, null, 'interrupted');
    await first.finish(0, {}, null);
    await begin('fourth');
    const page = await listChanges(path, { limit: 50 });
    expect(page).toMatchObject({ truncated: false, unreadable: 0 });
    expect(page.entries).toMatchObject([
      { action: 'first', status: 'done', exitCode: 0, durationMs: 4_500, installation: 'prod' },
      { action: 'second', status: 'failed', exitCode: 10, durationMs: 1_500, installation: 'lab' },
      { action: 'third', status: 'interrupted', exitCode: 6, error: 'interrupted' },
      { action: 'fourth', status: 'unfinished', exitCode: null, endedAt: null, durationMs: null },
    ]);
    expect(page.entries[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      startedAt: new Date('2026-01-01T00:00:00Z'),
      endedAt: new Date('2026-01-01T00:00:04.500Z'),
      durationMs: 4_500,
      status: 'done',
      exitCode: 0,
      user: 'ada',
      installation: 'prod',
      action: 'first',
      command: ['nomad', 'drain', 'first'],
      error: null,
    });
  });

  it('keeps the newest, and filters by start time and installation', async () => {
    for (const action of ['a', 'b', 'c', 'd']) {
      await (await begin(action, action === 'c' ? 'lab' : 'prod')).finish(0, null, null);
    }
    const actions = async (filter: Parameters<typeof listChanges>[1]) => {
      const { entries, truncated } = await listChanges(path, filter);
      return { actions: entries.map(({ action }) => action).join(''), truncated };
    };
    expect(await actions({ limit: 2 })).toEqual({ actions: 'cd', truncated: true });
    expect(await actions({ limit: 4 })).toEqual({ actions: 'abcd', truncated: false });
    expect(await actions({ limit: 9, installation: 'prod' })).toEqual({
      actions: 'abd',
      truncated: false,
    });
    // The start time of `c`.
    const since = new Date('2026-01-01T00:00:03Z');
    expect(await actions({ limit: 9, since })).toEqual({ actions: 'cd', truncated: false });
  });

  it('skips an incomplete line, and finds an entry appended to one', async () => {
    await (await begin('whole')).finish(0, null, null);
    await appendFile(path, '{"at":"2026-01-01T00:00:02Z","id":"torn","pha');
    await (await begin('after')).finish(0, null, null);
    await appendFile(path, 'null\n[]\n{"at":"never","id":"x","phase":"begin"}\n\n{"at":"2026');
    const { entries, unreadable } = await listChanges(path, { limit: 50 });
    expect(entries.map(({ action, status }) => `${action} ${status}`)).toEqual([
      'whole done',
      'after done',
    ]);
    expect(unreadable).toBe(4);
  });

  it('treats a missing log as empty, and reports one that cannot be read', async () => {
    expect(await listChanges(path, { limit: 5 })).toEqual({
      entries: [],
      truncated: false,
      unreadable: 0,
    });
    await expect(listChanges(directory, { limit: 5 })).rejects.toMatchObject({
      kind: 'failed',
      code: 'AUDIT_LOG',
      message: `${directory} cannot be read: it is a directory`,
    });
  });
});

describe('findChange', () => {
  it('finds a change by an ID prefix, with its plan and result', async () => {
    await (await begin('one')).finish(0, { drained: 1 }, null);
    const { entries } = await listChanges(path, { limit: 1 });
    const id = entries[0]?.id ?? '';
    const found = await findChange(path, id.slice(0, 8).toUpperCase());
    expect(found).toEqual({ ...entries[0], plan: { clients: 1 }, result: { drained: 1 } });
  });

  it('reports an ID that is unknown, or ambiguous', async () => {
    const line = (id: string) =>
      `${JSON.stringify({ at: '2026-01-01T00:00:00Z', id, phase: 'begin' })}\n`;
    await writeFile(join(directory, 'log'), line('ab1') + line('ab2'));
    await expect(findChange(join(directory, 'log'), 'ab')).rejects.toMatchObject({
      kind: 'usage',
      code: 'AMBIGUOUS_ID',
      message: '2 changes have an ID that starts with "ab"',
      hint: 'Give more characters of the ID: ab1, ab2',
    });
    await expect(findChange(join(directory, 'log'), 'b')).rejects.toMatchObject({
      kind: 'notFound',
      code: 'AUDIT_ENTRY_NOT_FOUND',
      message: 'The audit log has no change "b"',
    });
  });
});
