import { afterEach, describe, expect, it } from 'vitest';
import {
  type ClientChange,
  type ClientChangeEvent,
  type ClientChangeReport,
  changeClients,
} from '../../../../src/lib/nomad/drain/client-change.ts';
import { clientChangeLine } from '../../../../src/lib/nomad/drain/client-change-view.ts';
import { planEligibility } from '../../../../src/lib/nomad/drain/eligibility.ts';
import { planEndDrain } from '../../../../src/lib/nomad/drain/end-drain.ts';
import type { NomadNode } from '../../../../src/lib/nomad/model.ts';
import { pass, type Rig, standing, startRig } from './drain-rig.ts';

let rig: Rig;
afterEach(() => rig.stop());

/** Changes clients while time advances. */
async function change(
  changes: readonly ClientChange[],
  signal = new AbortController().signal,
): Promise<{ readonly lines: readonly string[]; readonly report: ClientChangeReport }> {
  const lines: string[] = [];
  let last: ClientChangeEvent | undefined;
  const reading = (async () => {
    for await (const event of changeClients(rig.nomad, changes, { clock: rig.clock, signal })) {
      last = event;
      const line = clientChangeLine(event);
      if (line !== undefined) lines.push(line);
    }
  })();
  let done = false;
  void reading.finally(() => {
    done = true;
  });
  for (let second = 0; !done && second < 200; second += 1) await pass(rig.clock, 1);
  await reading;
  if (last?.type !== 'report') throw new Error('no report');
  return { lines, report: last.report };
}

describe('changeClients', () => {
  it('ends drains, makes clients eligible, and reads the result back', async () => {
    rig = await startRig({ clients: 3 });
    const [draining, closed, open] = await rig.nodes();
    if (!draining || !closed || !open) throw new Error('three clients');
    await rig.build(21);
    const busy = await rig.nodeOf(await rig.build(22));
    rig.sandbox.drainNode(busy.id);
    const other = [draining, closed, open].find((node) => node.id !== busy.id);
    if (!other) throw new Error('another client');
    rig.sandbox.setEligibility(other.id, false);
    const { lines, report } = await change(
      planEndDrain(await rig.nodes(), { keepIneligible: false }),
    );
    expect(report.exitCode).toBe(0);
    expect(report.nodes.map((node) => node.outcome).sort()).toEqual([
      'changed',
      'changed',
      'unchanged',
    ]);
    expect(lines).toContain(`${busy.name}: accepts builds, not draining`);
    for (const node of await rig.nodes()) {
      expect(await standing(rig, node.id)).toMatchObject({ eligible: true, draining: false });
    }
  });

  it('keeps a client ineligible if requested', async () => {
    rig = await startRig({ clients: 1 });
    await rig.build(21);
    const [node] = await rig.nodes();
    if (!node) throw new Error('a client');
    rig.sandbox.drainNode(node.id);
    await change(planEndDrain(await rig.nodes(), { keepIneligible: true }));
    expect(await standing(rig, node.id)).toEqual({ eligible: false, draining: false, live: 1 });
  });

  it('retries while Nomad fails, and reports the clients that could not be changed', async () => {
    rig = await startRig({ clients: 2 });
    const [one, two] = await rig.nodes();
    if (!one || !two) throw new Error('two clients');
    const fault = { kind: 'status', status: 500, body: 'No cluster leader' } as const;
    rig.context.faults.add({ path: `${one.id}/eligibility`, times: 3, fault });
    rig.context.faults.add({ path: `${two.id}/eligibility`, fault });
    const { report } = await change(planEligibility([one, two], false));
    expect(report).toMatchObject({
      exitCode: 10,
      nodes: [
        { id: one.id, outcome: 'changed', eligible: false, error: null },
        { id: two.id, outcome: 'failed', eligible: null, error: { code: 'NOMAD_NO_LEADER' } },
      ],
    });
    expect(await standing(rig, two.id)).toMatchObject({ eligible: true });
  });

  it('does not report a change as done that somebody else has undone', async () => {
    rig = await startRig({ clients: 1 });
    await rig.build(21);
    const [before] = await rig.nodes();
    if (!before) throw new Error('a client');
    rig.sandbox.setEligibility(before.id, false);
    const changes = planEligibility(await rig.nodes(), true);
    const fault = { kind: 'delay', ms: 3_000 } as const;
    rig.context.faults.add({ method: 'GET', path: `/v1/node/${before.id}`, times: 1, fault });
    rig.clock.schedule(2_000, () => rig.sandbox.drainNode(before.id));
    const { report, lines } = await change(changes);
    expect(report).toMatchObject({
      exitCode: 1,
      nodes: [{ outcome: 'failed', eligible: null, error: { code: 'CHANGE_NOT_SEEN' } }],
    });
    expect(lines).toEqual([
      `${before.name}: It is ineligible and draining after the change: somebody else may be changing it too`,
    ]);
  });

  it('does not report a drain as ended that somebody has started again', async () => {
    rig = await startRig({ clients: 1 });
    await rig.build(21);
    const [{ id }] = (await rig.nodes()) as [NomadNode];
    rig.sandbox.drainNode(id);
    const changes = planEndDrain(await rig.nodes(), { keepIneligible: true });
    const fault = { kind: 'delay', ms: 3_000 } as const;
    rig.context.faults.add({ method: 'GET', path: `/v1/node/${id}`, times: 1, fault });
    rig.clock.schedule(2_000, () => rig.sandbox.drainNode(id));
    const { report } = await change(changes);
    expect(report.nodes).toMatchObject([{ outcome: 'failed', error: { code: 'CHANGE_NOT_SEEN' } }]);
  });

  it('reports the clients that were not changed if it is aborted', async () => {
    rig = await startRig({ clients: 2 });
    const { report } = await change(
      planEligibility(await rig.nodes(), false),
      AbortSignal.abort(new Error('Ctrl-C')),
    );
    expect(report.nodes.map((node) => node.outcome)).toEqual(['not-done', 'not-done']);
  });
});
