import { afterEach, expect, it } from 'vitest';
import { readTargetLogs } from '../../../../src/lib/nomad/logs/job-logs.ts';
import { findLogTargets, logSources } from '../../../../src/lib/nomad/logs/log-targets.ts';
import type { JobId } from '../../../../src/lib/nomad/model.ts';
import { pass, type Rig, startRig } from '../drain/drain-rig.ts';

let open: Rig[] = [];
afterEach(async () => {
  await Promise.all(open.map((rig) => rig.stop()));
  open = [];
});

async function rigOf(clients: number): Promise<Rig> {
  const rig = await startRig({ clients });
  open.push(rig);
  return rig;
}

/** Follows the logs of a target while the sandbox's time advances and `meanwhile` runs. */
async function followed(
  rig: Rig,
  target: string,
  meanwhile: () => Promise<void>,
): Promise<{ readonly notes: readonly string[]; readonly lines: ReadonlyMap<string, number> }> {
  const notes: string[] = [];
  const lines = new Map<string, number>();
  const context = { clock: rig.clock, signal: new AbortController().signal };
  const options = { follow: true, tail: null, lines: true };
  const wanted = { stdout: false, both: false };
  const targets = await findLogTargets(rig.nomad, target, { follow: true });
  const choose = (allocations: typeof targets.allocations) => logSources(allocations, wanted);
  let done = false;
  const reading = (async () => {
    for await (const item of readTargetLogs(rig.nomad, targets, choose, options, context)) {
      if (item.kind === 'note') notes.push(item.text);
      if (item.kind !== 'line') continue;
      const { id } = item.source.allocation;
      lines.set(id, (lines.get(id) ?? 0) + 1);
    }
  })().finally(() => {
    done = true;
  });
  await pass(rig.clock, 3);
  await meanwhile();
  for (let second = 0; !done && second < 600; second += 1) await pass(rig.clock, 1);
  expect(done).toBe(true);
  await reading;
  return { notes, lines };
}

it('follows a build that a drain ended to its restart', async () => {
  const rig = await rigOf(2);
  const job = await rig.build(21, 60_000);
  const first = await rig.nodeOf(job);
  const { notes, lines } = await followed(rig, job, () =>
    rig.nomad.drain(first.id, { deadline: 'force' }),
  );
  const other = (await rig.nodes()).find((node) => node.id !== first.id);
  const placed = await rig.nomad.jobAllocations(job as JobId);
  expect([...lines.keys()].sort()).toEqual(placed.map(({ id }) => id).sort());
  expect(placed).toHaveLength(2);
  expect(notes.at(-1)).toMatch(/^Restarted: allocation [0-9a-f]{8} on /);
  expect(notes.at(-1)).toContain(`on ${other?.name}.`);
});

it('waits for a build that no client has room for, with a note', async () => {
  const rig = await rigOf(1);
  const [node] = await rig.nodes();
  if (!node) throw new Error('no client');
  await rig.nomad.setEligibility(node.id, false);
  const job = await rig.build(22, 10_000);
  const { notes, lines } = await followed(rig, '22', () => rig.nomad.setEligibility(node.id, true));
  expect(notes[0]).toBe(`${job} is pending, not placed yet: waiting.`);
  expect(notes[1]).toMatch(new RegExp(`^Placed: allocation [0-9a-f]{8} on ${node.name}\\.$`));
  expect(lines.size).toBe(1);
});

it('follows the parallel tasks of a build together, until the last one ends', async () => {
  const rig = await rigOf(2);
  const ids = ['0', '1'].map((task) => `6007ca6352718c10b1200023-${task}-build-acme-web-23`);
  for (const [at, id] of ids.entries()) {
    rig.sandbox.submitJob({ id, durationMs: 20_000 * (at + 1) });
  }
  await pass(rig.clock, 5);
  const { lines } = await followed(rig, 'acme/web/23', () => Promise.resolve());
  expect(lines.size).toBe(2);
  const one = await findLogTargets(rig.nomad, '23:1');
  expect(one.jobs).toEqual([ids[1]]);
});
