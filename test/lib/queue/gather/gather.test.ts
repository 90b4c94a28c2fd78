import { describe, expect, it } from 'vitest';
import { collect } from '../../../../src/lib/nomad/collect.ts';
import { gather } from '../../../../src/lib/queue/gather/gather.ts';
import type { QueueSources } from '../../../../src/lib/queue/gather/sources.ts';
import { known } from '../../../../src/lib/queue/snapshot/evidence.ts';
import type { StageLog } from '../../../../src/lib/queue/snapshot/snapshot.ts';
import { makeCatalogue } from '../../../../src/lib/services/catalogue.ts';
import { passTimeUntil, startSandbox } from '../../../support/sandbox.ts';
import { gathered, sandboxSources } from './rig.ts';

const freshOf = ({ log }: StageLog): number | null => known(log)?.fresh ?? null;

describe('gather', () => {
  it('reads everything from a healthy installation', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    const { snapshot, events } = await gathered(await sandboxSources(sandbox));
    expect(snapshot).toMatchObject({
      format: 1,
      takenAt: sandbox.clock.now(),
      windowMs: 1_800_000,
      freshMs: 180_000,
      clocks: { kubernetesAheadMs: 0, nomadAheadMs: 0, serverAheadMs: 0 },
      pods: { status: 'known' },
      workloads: { status: 'known' },
      nomad: {
        leader: { status: 'known', value: expect.stringContaining(':4647') },
        clients: { status: 'known' },
        jobs: { status: 'known' },
      },
      server: { summary: { status: 'known' }, builds: { status: 'known' } },
      rabbitmq: { status: 'known' },
      outputPort: { status: 'known' },
      trigger: null,
    });
    expect([...new Set(snapshot.logs.map(({ stage }) => stage))]).toEqual([
      'legacy-dispatcher',
      'dispatcher',
      'schedulerer',
      'output-processor',
    ]);
    for (const { stage, log } of snapshot.logs) {
      if (log.status !== 'known') throw new Error(`the log of ${stage} is ${log.status}`);
      const { lines, fresh } = log.value;
      const since = (line: number): number =>
        (sandbox.clock.nowMs() - Date.parse(lines.at(line)?.time ?? '')) / 1_000;
      expect(since(0)).toBeLessThanOrEqual(1_801);
      if (fresh > 0) expect(since(-fresh)).toBeLessThanOrEqual(181);
      if (fresh < lines.length) expect(since(-fresh - 1)).toBeGreaterThanOrEqual(179);
    }
    expect(snapshot.nomad.agentLogs).toHaveLength(5);
    expect(snapshot.nomad.agentLogs[0]?.log).toMatchObject({ status: 'known' });
    const asked = events.flatMap((event) => (event.kind === 'asking' ? [event.part] : []));
    const answered = events.flatMap((event) => (event.kind === 'answered' ? [event] : []));
    expect(answered.map(({ part }) => part).sort()).toEqual([...asked].sort());
    expect(answered.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('makes a bounded number of requests, however many builds there are', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy', clients: 40, builds: 60 });
    await gathered(await sandboxSources(sandbox));
    const reads = sandbox.calls.recent().filter(({ service }) => service === 'nomad');
    expect(reads.length).toBeLessThan(20);
  });

  it('reads every build that the UI shows as running', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy', clients: 60, builds: 230 });
    const gathering = gathered(await sandboxSources(sandbox));
    const { snapshot } = await passTimeUntil(gathering, sandbox);
    const running = known(snapshot.server.builds)?.filter(({ status }) => status === 'running');
    expect(running?.length).toBeGreaterThan(200);
    expect(running).toHaveLength(known(snapshot.server.summary)?.running?.builds ?? 0);
  });

  it('makes no requests to services that are not configured', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    const sources = await sandboxSources(sandbox, {
      env: { CIRCLE_HOST: undefined, CIRCLE_TOKEN: undefined },
    });
    const { snapshot } = await gathered(sources);
    expect(snapshot.server.summary).toMatchObject({
      status: 'not-asked',
      why: 'no host is configured for the server',
    });
    expect(snapshot.clocks.serverAheadMs).toBeNull();
    const external = { ...sources, catalogue: makeCatalogue([], ['circleci-rabbitmq']) };
    expect((await gathered(external)).snapshot.rabbitmq).toEqual({
      status: 'not-asked',
      why: 'RabbitMQ runs outside the cluster',
    });
  });

  it('continues if Nomad has no leader', async () => {
    const sandbox = await startSandbox({ scenario: 'leaderless' });
    const startedAt = sandbox.clock.nowMs();
    const gathering = gathered(await sandboxSources(sandbox));
    const { snapshot } = await passTimeUntil(gathering, sandbox);
    // Nomad holds every request for five seconds, waiting for a leader.
    expect(sandbox.clock.nowMs() - startedAt).toBeLessThan(8_000);
    expect(snapshot.nomad.leader).toMatchObject({ status: 'known', value: null });
    expect(snapshot.nomad.clients.status).not.toBe('not-asked');
    expect(snapshot.pods.status).toBe('known');
  });

  it('reports what is forbidden, and reads the rest', async () => {
    const sandbox = await startSandbox({ scenario: 'no-permissions' });
    const { snapshot } = await gathered(await sandboxSources(sandbox));
    const forbidden = (what: string) => ({
      status: 'failed',
      timedOut: false,
      failure: {
        kind: 'unauthorised',
        code: 'KUBERNETES_FORBIDDEN',
        message: expect.stringContaining(what),
      },
    });
    expect(snapshot.pods.status).toBe('known');
    expect(snapshot.workloads).toMatchObject(forbidden('No permission to list'));
    expect(snapshot.logs[0]?.log).toMatchObject(forbidden('pods/log'));
    expect(snapshot.rabbitmq).toMatchObject(forbidden('pods/exec'));
    expect(snapshot.server.summary.status).toBe('known');
  });

  it('waits for a hanging service only once, until its limit', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    sandbox.faults.add({ service: 'kubernetes', fault: { kind: 'hang' } });
    const startedAt = sandbox.clock.nowMs();
    const gathering = gathered(await sandboxSources(sandbox), { limitMs: 10_000 });
    const { snapshot } = await passTimeUntil(gathering, sandbox);
    expect(sandbox.clock.nowMs() - startedAt).toBeLessThanOrEqual(10_500);
    const silent = {
      status: 'failed',
      timedOut: true,
      tookMs: 10_000,
      failure: {
        kind: 'timeout',
        code: 'NO_ANSWER',
        message: 'Kubernetes timed out after 10s',
      },
    };
    expect(snapshot.pods).toMatchObject(silent);
    expect(snapshot.workloads).toMatchObject(silent);
    expect(snapshot.logs).toEqual([]);
    expect(snapshot.rabbitmq).toEqual({ status: 'not-asked', why: 'the pods could not be read' });
    expect(snapshot.nomad.jobs.status).toBe('known');
    expect(snapshot.server.builds.status).toBe('known');
  });

  it('keeps what a service sent before it hung', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    sandbox.faults.add({
      service: 'kubernetes',
      path: '/log\\?',
      after: 2,
      fault: { kind: 'hang' },
    });
    const gathering = gathered(await sandboxSources(sandbox), { limitMs: 10_000 });
    const { snapshot } = await passTimeUntil(gathering, sandbox);
    expect(snapshot.pods.status).toBe('known');
    const logs = snapshot.logs.map(({ log }) => log);
    expect(logs.length).toBeGreaterThanOrEqual(4);
    expect(logs.filter((log) => log.status === 'failed' && log.timedOut).length).toBeGreaterThan(2);
  });

  it('gives up a service that sends data too slowly', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    const { kubernetes, ...others } = await sandboxSources(sandbox);
    if ('missing' in kubernetes) throw new Error('the sandbox has a cluster');
    const trickling: QueueSources['kubernetes'] = {
      open: async () =>
        Object.assign(Object.create(await kubernetes.open()), {
          async *podLogs(): AsyncGenerator<Uint8Array> {
            for (;;) {
              await sandbox.clock.sleep(1_000);
              yield new TextEncoder().encode('.');
            }
          },
        }),
    };
    const startedAt = sandbox.clock.nowMs();
    const gathering = gathered({ ...others, kubernetes: trickling }, { limitMs: 2_000 });
    const { snapshot } = await passTimeUntil(gathering, sandbox);
    expect(sandbox.clock.nowMs() - startedAt).toBeLessThanOrEqual(24_500);
    expect(snapshot.pods.status).toBe('known');
    expect(snapshot.logs[0]?.log).toMatchObject({
      status: 'failed',
      timedOut: true,
      failure: { code: 'SLOW_ANSWER', message: 'Kubernetes had not sent everything after 24s' },
    });
  });

  it('distinguishes a failing server from a silent one', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    sandbox.faults.add({
      service: 'server',
      path: 'summary',
      fault: { kind: 'status', status: 500 },
    });
    const gathering = gathered(await sandboxSources(sandbox));
    const { snapshot } = await passTimeUntil(gathering, sandbox);
    expect(snapshot.server.summary).toMatchObject({
      status: 'failed',
      timedOut: false,
      failure: { code: 'SERVER_ERROR' },
    });
    expect(snapshot.server.builds.status).toBe('known');
  });

  it("measures the differences of clocks, and counts fresh lines by the node's clock", async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    const behind = {
      now: () => new Date(sandbox.clock.nowMs() - 600_000),
      sleep: (ms: number, signal?: AbortSignal) => sandbox.clock.sleep(ms, signal),
    };
    const here = await gathered(await sandboxSources(sandbox));
    const there = await gathered(await sandboxSources(sandbox, { clock: behind }));
    expect(there.snapshot.clocks).toEqual({
      kubernetesAheadMs: 600_000,
      nomadAheadMs: 600_000,
      serverAheadMs: 600_000,
    });
    expect(there.snapshot.logs.map(freshOf)).toEqual(here.snapshot.logs.map(freshOf));
    expect(there.snapshot.nomad.jobs).toMatchObject({ value: known(here.snapshot.nomad.jobs) });
  });

  it('reads the log of the run before a restart', async () => {
    const sandbox = await startSandbox({ scenario: 'crash-loop' });
    const { snapshot } = await gathered(await sandboxSources(sandbox));
    const ill = known(snapshot.pods)?.find(({ judgement }) => judgement.health === 'not-ready');
    const logs = snapshot.logs.filter(({ pod }) => pod === ill?.name);
    expect(logs.some(({ previous, log }) => previous && log.status === 'known')).toBe(true);
  });

  it('does not request a log that cannot exist', async () => {
    const sandbox = await startSandbox({ scenario: 'image-missing' });
    const { snapshot } = await gathered(await sandboxSources(sandbox));
    const ill = known(snapshot.pods)?.find(({ judgement }) => judgement.health !== 'ready');
    const [log] = snapshot.logs.filter(({ pod }) => pod === ill?.name);
    expect(log?.log).toMatchObject({
      status: 'not-asked',
      why: expect.stringMatching(/^it has not started yet: /),
    });
  });

  it('ends when the operator cancels', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    sandbox.faults.add({ service: 'kubernetes', fault: { kind: 'hang' } });
    const leaving = new AbortController();
    const events = gather(await sandboxSources(sandbox), { signal: leaving.signal });
    await events.next();
    leaving.abort(new Error('Ctrl-C'));
    await expect(collect(events)).rejects.toThrow('Ctrl-C');
  });
});
