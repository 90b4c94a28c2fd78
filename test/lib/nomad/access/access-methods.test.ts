import { describe, expect, it } from 'vitest';
import type { NomadClient } from '../../../../src/lib/nomad/client.ts';
import type {
  Allocation,
  AllocationId,
  JobId,
  NodeId,
  NomadAccess,
} from '../../../../src/lib/nomad/model.ts';
import { ADMIN_TOKEN } from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import type { Sandbox } from '../../../../src/lib/sandbox/sandbox.ts';
import { startSandbox } from '../../../support/sandbox.ts';
import { all, failureOf } from '../http/recorded-nomad.ts';
import { clusterAt, connected } from './connected-nomad.ts';

const METHODS = ['direct', 'proxy', 'port-forward', 'exec'] as const;
const HOUR = 3_600_000;

describe.each(['0.11.8', '1.0.4', '1.1.2', '1.4.568-7ee1d6dec', '2.0.5'])('Nomad %s', (version) => {
  /** Before `operator api`, the CLI prints no resources in lists. */
  const poor = /^0|^1\.[012]\./.test(version);
  const without = (access: NomadAccess): boolean => poor && access === 'exec';

  it('gives the same answers by every method, and null for what a method does not report', async () => {
    const sandbox = await sandboxOf(version);
    const [expected, ...others] = await Promise.all(
      METHODS.map(async (access) => ({
        access,
        seen: await lookAround(by(sandbox, access), sandbox),
      })),
    );
    expect(expected?.seen.nodes).toHaveLength(3);
    expect(expected?.seen.live.length).toBeGreaterThanOrEqual(4);
    expect(expected?.seen.pendingEvaluations.some(({ failures }) => failures.length > 0)).toBe(
      true,
    );
    for (const { access, seen } of others) {
      const wanted = without(access) ? asFarAsPrinted(expected?.seen) : expected?.seen;
      expect(seen, access).toEqual(wanted);
    }
  });

  it.each(METHODS)('can be drained, watched and made eligible by %s', async (access) => {
    const sandbox = await sandboxOf(version);
    const nomad = by(sandbox, access);
    const direct = by(sandbox, 'direct');
    const [node] = await all(direct.nodes());
    const id = node?.id ?? ('' as NodeId);
    const meta = { message: 'image rotation' };

    await nomad.drain(id, { deadline: HOUR, ignoreSystemJobs: true, meta });
    const { value: draining } = await direct.node(id);
    expect(draining).toMatchObject({
      draining: true,
      eligible: false,
      drainStrategy: { kind: 'deadline', deadlineMs: HOUR, ignoreSystemJobs: true },
      lastDrain: /^0|^1\.0/.test(version) ? null : { status: 'draining', meta },
    });

    await nomad.drain(id, { deadline: null });
    expect((await direct.node(id)).value.drainStrategy).toMatchObject({ kind: 'no-deadline' });
    expect(await failureOf(nomad.setEligibility(id, true))).toMatchObject({
      code: 'NOMAD_NODE_DRAINING',
    });
    await nomad.cancelDrain(id, false);
    expect((await direct.node(id)).value).toMatchObject({ draining: false, eligible: false });
    await nomad.setEligibility(id, true);
    expect((await direct.node(id)).value.eligible).toBe(true);
    await nomad.drain(id, { deadline: 'force' });
    await nomad.cancelDrain(id, true);
    expect((await direct.node(id)).value).toMatchObject({ draining: false, eligible: true });
  });

  it.each(METHODS)('gives the same errors by %s', async (access) => {
    const sandbox = await sandboxOf(version);
    const nomad = by(sandbox, access);
    const nobody = '00000000-0000-0000-0000-000000000000';
    const failures = [
      nomad.node(nobody as NodeId),
      nomad.job('nope' as JobId),
      nomad.allocation(nobody as AllocationId),
      nomad.drain(nobody as NodeId, { deadline: null }),
    ];
    expect(await Promise.all(failures.map(async (one) => failureOf(one)))).toMatchObject([
      { kind: 'notFound', code: 'NOMAD_NODE_NOT_FOUND' },
      { kind: 'notFound', code: 'NOMAD_JOB_NOT_FOUND' },
      { kind: 'notFound', code: 'NOMAD_ALLOCATION_NOT_FOUND' },
      { kind: 'notFound', code: 'NOMAD_NODE_NOT_FOUND' },
    ]);
    const [allocation] = await all(nomad.allocations({ live: true }));
    sandbox.nomad.stopClientLink(allocation?.nodeId ?? '');
    const log = all(nomad.logs({ ...LOG, allocation: allocation?.id ?? ('' as AllocationId) }));
    expect(await failureOf(log)).toMatchObject({ code: 'NOMAD_CLIENT_UNREACHABLE' });
  });

  it.each(METHODS)('reports a missing leader by %s', async (access) => {
    const sandbox = await sandboxOf(version);
    const nomad = by(sandbox, access);
    expect(await nomad.leader()).toMatch(/:4647$/);
    sandbox.nomad.setLeader(false);
    const listing = failureOf(all(nomad.nodes()));
    // Nomad waits some seconds for a leader before it fails.
    for (let second = 0; second < 10; second += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await sandbox.clock.advance(1_000);
    }
    expect(await listing).toMatchObject({ kind: 'service', code: 'NOMAD_NO_LEADER' });
  });
});

const LOG = {
  task: 'build-agent',
  stream: 'stderr',
  follow: false,
  origin: 'start',
  offset: 0,
} as const;

type Seen = Awaited<ReturnType<typeof lookAround>>;

/** Reads everything that can be read. */
async function lookAround(nomad: NomadClient, sandbox: Sandbox) {
  // The CLI lists in another order (api/nodes.go and api/allocations.go sort by index).
  const nodes = sorted(await all(nomad.nodes({ resources: true })));
  const live = sorted(await all(nomad.allocations({ live: true, resources: true })));
  const [build] = live;
  const jobs = sorted(await all(nomad.jobs()));
  const pending = jobs.find(({ status }) => status === 'pending');
  const nodeId = nodes[0]?.id ?? ('' as NodeId);
  const jobId = build?.jobId ?? ('' as JobId);
  const allocation = build?.id ?? ('' as AllocationId);
  const text = async (more: object): Promise<string> =>
    Buffer.concat(
      (await all(nomad.logs({ ...LOG, allocation, ...more }))).map(({ data }) => data),
    ).toString('utf8');
  const whole = await text({});
  expect(whole).toBe(sandbox.nomad.readLog(allocation, 'stderr').toString('utf8'));
  return {
    version: (await nomad.agent()).version,
    leader: await nomad.leader(),
    nodes,
    node: (await nomad.node(nodeId)).value,
    onNode: sorted((await nomad.nodeAllocations(nodeId)).value),
    live,
    all: sorted(await all(nomad.allocations({ taskStates: true }))),
    allocation: (await nomad.allocation(allocation)).value,
    jobs,
    watchedJobs: sorted((await nomad.watchJobs({})).value),
    job: await nomad.job(jobId),
    ofJob: sorted(await nomad.jobAllocations(jobId)),
    pendingEvaluations: sorted(await nomad.jobEvaluations(pending?.id ?? jobId)),
    evaluations: sorted(await all(nomad.evaluations())),
    whole,
    fromOffset: await text({ offset: 7 }),
    end: await text({ origin: 'end', offset: 9 }),
    stdout: await text({ stream: 'stdout' }),
  };
}

/** Returns the part of the answers that the CLI's own commands can print. */
function asFarAsPrinted(seen: Seen | undefined): unknown {
  const small = (allocation: Allocation): Allocation => ({ ...allocation, resources: null });
  return {
    ...seen,
    nodes: seen?.nodes.map((node) => ({ ...node, resources: null, reserved: null })),
    live: seen?.live.map(small),
    // There is no command for one node's allocations; they come from the list of all.
    onNode: seen?.all.filter(({ nodeId }) => nodeId === seen.node.id),
    ofJob: seen?.ofJob.map(small),
  };
}

function sandboxOf(version: string): Promise<Sandbox> {
  return startSandbox({
    scenario: {
      name: 'every-way',
      summary: 'A little of everything',
      nomad: {
        version,
        clients: 3,
        builds: 4,
        finished: 2,
        pending: [{ cause: 'too-large' }],
        buildDurationMs: null,
        cloud: 'aws',
        chatter: false,
      },
      kubernetes: { tls: false },
    },
  });
}

function by(sandbox: Sandbox, access: NomadAccess): NomadClient {
  const { url, namespace } = sandbox.kubernetes;
  return connected({
    preferred: access,
    direct: { address: `http://127.0.0.1:${sandbox.nomad.port}` },
    kubernetes: async () => clusterAt({ url, namespace, token: ADMIN_TOKEN }),
  });
}

function sorted<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
