import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { DrainSpec } from '../../../../src/lib/nomad/client.ts';
import { drainNodes } from '../../../../src/lib/nomad/drain/drain.ts';
import type { DrainEvent } from '../../../../src/lib/nomad/drain/drain-events.ts';
import type { DrainOptions } from '../../../../src/lib/nomad/drain/drain-options.ts';
import type { NodeId, NomadNode } from '../../../../src/lib/nomad/model.ts';
import { type Call, CallLog } from '../../../../src/lib/sandbox/call-log.ts';
import { pass, type Rig, standing, startRig, watch } from './drain-rig.ts';

const WAIT: DrainSpec = { deadline: null };
const MINUTE: DrainSpec = { deadline: 60_000 };

let open: Rig[] = [];
afterEach(async () => {
  await Promise.all(open.map((rig) => rig.stop()));
  open = [];
});

async function rigWith(options: Parameters<typeof startRig>[0] = {}): Promise<Rig> {
  const rig = await startRig(options);
  open.push(rig);
  return rig;
}

function drain(
  rig: Rig,
  nodes: readonly Pick<NomadNode, 'id' | 'name'>[],
  spec: DrainSpec = WAIT,
  options: Partial<DrainOptions> = {},
): AsyncIterable<DrainEvent> {
  const signal = new AbortController().signal;
  const defaults = { clock: rig.clock, signal, timeoutMs: null };
  return drainNodes(rig.nomad, nodes, spec, { ...defaults, ...options });
}

/** Starts a client with one build that ends after the given time, or never. */
async function busy(options: Parameters<typeof startRig>[0] = {}, durationMs?: number) {
  const rig = await rigWith(options);
  const job = await rig.build(21, durationMs);
  return { rig, job, node: await rig.nodeOf(job) };
}

/** Releases in use with their access, and whether each restarts a killed build. */
const RELEASES = [
  ['0.11.8', 'HTTP', 'running'],
  ['1.0.4', 'HTTP', 'running'],
  ['1.0.4', 'exec', 'running'],
  ['1.7.7', 'HTTP', 'running'],
  ['1.7.7', 'exec', 'running'],
  ['1.11.3', 'HTTP', 'no'],
] as const;

describe.each(RELEASES)('drainNodes on Nomad %s by %s', (version, way, again) => {
  const exec = way === 'exec';

  it('waits for the build, however long it runs', async () => {
    const { rig, node } = await busy({ version, exec }, 600_000);
    const { report, types } = await watch(rig, drain(rig, [node]));
    expect(types.filter((type) => type !== 'holding')).toEqual([
      'ineligible',
      'drain-set',
      'build-finished',
      'drain-complete',
      'report',
    ]);
    expect(report).toMatchObject({
      exitCode: 0,
      nodes: [
        {
          name: node.name,
          outcome: 'drained',
          safeToTerminate: true,
          finishedBuilds: [{ slug: 'acme-web', number: 21, how: 'completed', exitCode: 0 }],
          killedBuilds: [],
          holding: [],
        },
      ],
    });
    expect(await standing(rig, node.id)).toEqual({ eligible: false, draining: false, live: 0 });
  });

  it('reports the build that its deadline killed, after the task has really ended', async () => {
    const { rig, node } = await busy({ version, exec });
    const { report, types } = await watch(rig, drain(rig, [node], MINUTE));
    expect(types).toContain('tasks-exiting');
    expect(types.indexOf('tasks-exiting')).toBeLessThan(types.indexOf('build-finished'));
    expect(report).toMatchObject({
      exitCode: 10,
      nodes: [
        {
          outcome: 'killed-builds',
          safeToTerminate: true,
          killedBuilds: [{ number: 21, how: 'killed-by-drain', again }],
          finishedBuilds: [],
        },
      ],
    });
  });

  it('executes a forced drain, and reports the damage', async () => {
    const { rig, node } = await busy({ version, exec });
    const { report } = await watch(rig, drain(rig, [node], { deadline: 'force' }));
    expect(report.exitCode).toBe(0);
    expect(report.nodes[0]).toMatchObject({
      outcome: 'killed-builds',
      killedBuilds: [{ number: 21, how: 'killed-by-drain' }],
    });
  });

  it('recognises that somebody else ended the drain', async () => {
    const { rig, node } = await busy({ version, exec });
    let ended: Promise<void> | undefined;
    const { report } = await watch(rig, drain(rig, [node]), (event) => {
      if (event.type === 'holding') ended ??= rig.nomad.cancelDrain(node.id, true);
    });
    await ended;
    expect(report).toMatchObject({
      exitCode: 10,
      nodes: [{ outcome: 'cancelled', safeToTerminate: false, holding: [{ number: 21 }] }],
    });
  });

  it('gets a drain to its end that Nomad forgot when a job was purged', async () => {
    const { rig, node, job } = await busy({ version, exec });
    const { report, types } = await watch(
      rig,
      drain(rig, [node], { deadline: null, meta: { message: 'new image' } }),
      (event) => {
        if (event.type === 'holding') rig.sandbox.stopJob(job, true);
      },
    );
    // The simulated Nomad of older releases ends the drain as soon as the build is wanted gone.
    const forgot = !['0.11.8', '1.0.4'].includes(version);
    expect(types.filter((type) => type === 'drain-renewed')).toHaveLength(forgot ? 1 : 0);
    expect(report).toMatchObject({
      nodes: [{ outcome: 'drained', killedBuilds: [], lostBuilds: [] }],
    });
    const { lastDrain, eligible } = (await rig.nomad.node(node.id)).value;
    expect(eligible).toBe(false);
    if (lastDrain)
      expect(lastDrain).toMatchObject({ status: 'complete', meta: { message: 'new image' } });
  });

  it('reports the builds of a client that is lost during the drain as lost', async () => {
    const { rig, node } = await busy({ version, exec });
    const { report, types } = await watch(rig, drain(rig, [node]), (event) => {
      if (event.type === 'holding') rig.sandbox.loseNode(node.id);
    });
    expect(types).toContain('node-down');
    expect(report).toMatchObject({
      exitCode: 10,
      nodes: [{ outcome: 'lost', lostBuilds: [{ number: 21, how: 'lost', again: 'running' }] }],
    });
  });
});

describe('drainNodes', () => {
  it('makes all clients ineligible before it drains the first one', async () => {
    const { rig } = await busy({ clients: 4 }, 60_000);
    const nodes = await rig.nodes();
    const { types, report } = await watch(rig, drain(rig, nodes, WAIT, { concurrency: 2 }));
    expect(types.lastIndexOf('ineligible')).toBeLessThan(types.indexOf('drain-set'));
    expect(report.nodes.map((node) => node.outcome)).toEqual(nodes.map(() => 'drained'));
  });

  it('watches many clients by lists instead of a request for each', async () => {
    const rig = await rigWith({ clients: 30 });
    for (let number = 1; number <= 30; number += 1) {
      await rig.build(number, 300_000, { cpuMhz: 15_000 });
    }
    const nodes = await rig.nodes();
    const [draining] = nodes;
    if (!draining) throw new Error('thirty clients');
    rig.sandbox.drainNode(draining.id);
    rig.context.calls.reset();
    const { report, events } = await watch(rig, drain(rig, nodes));
    expect(report.exitCode).toBe(0);
    expect(report.nodes).toHaveLength(30);
    for (const node of report.nodes) {
      expect(node.finishedBuilds).toMatchObject([{ how: 'completed', exitCode: 0 }]);
    }
    const joined = events.filter((event) => event.type === 'drain-set' && event.joined);
    expect(joined).toMatchObject([{ node: { id: draining.id } }]);
    expect(rig.context.calls.writes).toBe(2 * 29);
    // Two lists every five seconds for five minutes, and the details of each ended build and
    // client.
    expect(rig.context.calls.reads).toBeLessThan(2 * 62 + 3 * 30);
  });

  it('does nothing with a drained client, and joins a drain without restarting its deadline', async () => {
    const { rig, node } = await busy({ clients: 2 });
    const idle = (await rig.nodes()).find((other) => other.id !== node.id);
    if (!idle) throw new Error('two clients');
    await rig.nomad.setEligibility(idle.id, false);
    await rig.nomad.drain(node.id, MINUTE);
    await pass(rig.clock, 30);
    rig.context.calls.reset();
    const started = rig.clock.nowMs();
    const { report, types } = await watch(rig, drain(rig, [idle, node], MINUTE));
    expect(rig.context.calls.writes).toBe(0);
    expect(types.slice(0, 2)).toEqual(['already-drained', 'drain-set']);
    expect(report.nodes.map((one) => one.outcome)).toEqual(['drained', 'killed-builds']);
    expect(rig.clock.nowMs() - started).toBeLessThan(50_000);
  });

  it('reports a build that was killed before the first observation', async () => {
    const { rig, node } = await busy();
    const spec: DrainSpec = { deadline: 'force' };
    const { report, types } = await watch(rig, drain(rig, [node], spec), (event) => {
      if (event.type !== 'drain-set') return;
      // The first two reads time out, and at the third one the task has ended.
      rig.context.faults.add({ times: 2, fault: { kind: 'hang' } });
    });
    expect(types).not.toContain('holding');
    expect(types).not.toContain('tasks-exiting');
    expect(report.nodes[0]).toMatchObject({ killedBuilds: [{ number: 21, again: 'running' }] });
  });

  it('removes a deadline that would kill builds', async () => {
    const { rig, node } = await busy({}, 200_000);
    await rig.nomad.drain(node.id, MINUTE);
    const { report } = await watch(rig, drain(rig, [node]));
    expect(report).toMatchObject({ exitCode: 0, nodes: [{ outcome: 'drained' }] });
  });

  it('ends the wait at the timeout, and does not change the drain', async () => {
    const { rig, node } = await busy();
    const { report, types } = await watch(rig, drain(rig, [node], WAIT, { timeoutMs: 30_000 }));
    expect(types).toContain('timeout');
    expect(report).toMatchObject({
      exitCode: 8,
      nodes: [{ outcome: 'timed-out', safeToTerminate: false, holding: [{ number: 21 }] }],
    });
    expect(await standing(rig, node.id)).toEqual({ eligible: false, draining: true, live: 1 });
  });

  it('sets the drains and ends, if detached', async () => {
    const { rig, node } = await busy();
    const started = rig.clock.nowMs();
    const { report } = await watch(rig, drain(rig, [node], WAIT, { detach: true }));
    expect(rig.clock.nowMs() - started).toBeLessThan(10_000);
    expect(report).toMatchObject({
      exitCode: 0,
      nodes: [{ outcome: 'draining', safeToTerminate: false, holding: [{ number: 21 }] }],
    });
  });
});

describe('drainNodes while Nomad fails', () => {
  it.each([
    [
      'answers 500 three times to reads',
      {
        method: 'GET',
        times: 3,
        fault: { kind: 'status', status: 500, body: 'No cluster leader' },
      },
    ],
    [
      'answers 500 three times to writes',
      {
        method: 'PUT|POST',
        times: 3,
        fault: { kind: 'status', status: 500, body: 'rpc error: EOF' },
      },
    ],
    [
      'truncates its responses',
      { method: 'GET', times: 3, after: 4, fault: { kind: 'truncate', bytes: 40 } },
    ],
    ['resets connections', { method: 'GET', times: 3, after: 5, fault: { kind: 'reset' } }],
  ] as const)('ends with a correct report if Nomad %s', async (_name, rule) => {
    const { rig, node } = await busy({}, 120_000);
    for (const method of rule.method.split('|')) rig.context.faults.add({ ...rule, method });
    const { report, events } = await watch(rig, drain(rig, [node]));
    expect(events.some((event) => event.type === 'retrying')).toBe(true);
    expect(report).toMatchObject({
      exitCode: 0,
      nodes: [{ outcome: 'drained', finishedBuilds: [{ number: 21, how: 'completed' }] }],
    });
  });

  it('polls if something in between resets every blocking query', async () => {
    const { rig, node } = await busy({}, 120_000);
    rig.context.faults.add({ path: 'index=', fault: { kind: 'reset' } });
    const { report, events } = await watch(rig, drain(rig, [node]));
    expect(report.nodes[0]).toMatchObject({ outcome: 'drained', finishedBuilds: [{ number: 21 }] });
    expect(events.some((event) => event.type === 'retrying')).toBe(false);
  });

  it('does not set a drain again if only the response was lost, so that its deadline continues', async () => {
    const { rig, node } = await busy();
    rig.context.faults.add({ path: '/drain', times: 1, fault: { kind: 'reset' } });
    let heard = false;
    await watch(rig, drain(rig, [node], MINUTE), (event) => {
      if (event.type !== 'retrying') return;
      heard = true;
      rig.sandbox.drainNode(node.id, 60_000);
    });
    expect(heard).toBe(true);
    const { value } = await rig.nomad.node(node.id);
    // The second text, with Nomad's own spelling, is the event of a drain that is set again.
    const set = value.events.filter(({ message }) => /strategy set|stategy updated/.test(message));
    expect(set).toHaveLength(1);
  });

  it('reports an unknown state if Nomad fails permanently', async () => {
    const { rig, node } = await busy();
    const { report } = await watch(rig, drain(rig, [node]), (event) => {
      if (event.type !== 'holding') return;
      rig.context.faults.add({ fault: { kind: 'status', status: 500, body: 'No cluster leader' } });
    });
    expect(report).toMatchObject({
      exitCode: 4,
      nodes: [
        {
          outcome: 'failed',
          safeToTerminate: false,
          holding: null,
          error: { code: 'NOMAD_NO_LEADER', exitCode: 4 },
        },
      ],
    });
  });

  it('says so of many clients, too', async () => {
    const rig = await rigWith({ clients: 8 });
    for (let number = 1; number <= 8; number += 1) {
      await rig.build(number, undefined, { cpuMhz: 15_000 });
    }
    const { report } = await watch(rig, drain(rig, await rig.nodes()), (event) => {
      if (event.type !== 'holding') return;
      rig.context.faults.add({ fault: { kind: 'status', status: 500, body: 'No cluster leader' } });
    });
    expect(report.exitCode).toBe(4);
    expect(new Set(report.nodes.map((node) => node.outcome))).toEqual(new Set(['failed']));
  });

  it('fails at once without the permission', async () => {
    const { rig, node } = await busy();
    const fault = { kind: 'status', status: 403, body: 'Permission denied' } as const;
    rig.context.faults.add({ path: '/eligibility$', fault });
    const { report, events } = await watch(rig, drain(rig, [node]));
    expect(events.some((event) => event.type === 'retrying')).toBe(false);
    expect(report).toMatchObject({
      exitCode: 3,
      nodes: [{ outcome: 'failed', error: { code: 'NOMAD_PERMISSION_DENIED' } }],
    });
    expect(await standing(rig, node.id)).toEqual({ eligible: true, draining: false, live: 1 });
  });

  it('fails for a client that Nomad does not know', async () => {
    const { rig, node } = await busy();
    const id = '00000000-2f2f-af30-9e58-9ee8b5c34e5a' as NodeId;
    const { report } = await watch(
      rig,
      drain(rig, [{ id, name: 'gone' }, node], WAIT, { detach: true }),
    );
    expect(report.exitCode).toBe(10);
    expect(report.nodes.map((one) => one.outcome)).toEqual(['failed', 'draining']);
  });
});

/** Calls a function for every request that the server receives. */
class CountedCalls extends CallLog {
  onCall: () => void = () => undefined;
  override record(call: Call): void {
    super.record(call);
    this.onCall();
  }
}

describe('drainNodes after Ctrl-C', () => {
  it('completes if it is run again, after whichever request it was stopped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.boolean(), async (stopAt, late) => {
        const calls = new CountedCalls();
        const rig = await startRig({ clients: 3, calls });
        try {
          await rig.build(21, 30_000);
          await rig.build(22);
          const nodes = await rig.nodes();
          const abort = new AbortController();
          let seen = 0;
          calls.onCall = () => {
            seen += 1;
            if (seen !== stopAt) return;
            // Before the request is answered, or after.
            if (late) rig.clock.schedule(100, () => abort.abort());
            else abort.abort();
          };
          const first = await watch(rig, drain(rig, nodes, MINUTE, { signal: abort.signal }));
          expect(first.report.nodes).toHaveLength(3);
          const { report } = await watch(rig, drain(rig, nodes, MINUTE));
          expect(report.nodes.map((node) => node.safeToTerminate)).toEqual([true, true, true]);
          for (const node of nodes) {
            const stands = await standing(rig, node.id);
            expect(stands).toEqual({ eligible: false, draining: false, live: 0 });
          }
        } finally {
          await rig.stop();
        }
      }),
      { numRuns: 15 },
    );
  });
});
