import { describe, expect, it } from 'vitest';
import { parseBuildTarget } from '../../../../src/lib/queue/build/build-target.ts';
import { buildTimeline } from '../../../../src/lib/queue/build/build-timeline.ts';
import { type BuildReport, followBuild } from '../../../../src/lib/queue/build/follow-build.ts';
import {
  type BuildOptions,
  type BuildSources,
  readBuild,
} from '../../../../src/lib/queue/build/read-build.ts';
import { known } from '../../../../src/lib/queue/snapshot/evidence.ts';
import type { Sandbox } from '../../../../src/lib/sandbox/sandbox.ts';
import { findScenario } from '../../../../src/lib/sandbox/scenarios/index.ts';
import { passTimeUntil, startSandbox } from '../../../support/sandbox.ts';
import { gathered, installationOn, sandboxSources } from '../gather/rig.ts';

const LIMIT = 10_000;

function options(): BuildOptions {
  return { signal: new AbortController().signal, sinceMs: 21_600_000, limitMs: LIMIT };
}

async function sourcesOf(sandbox: Sandbox): Promise<BuildSources> {
  const installation = await installationOn(sandbox);
  const nomad = { open: () => installation.nomad() };
  return { ...(await sandboxSources(sandbox)), nomad };
}

async function followed(sandbox: Sandbox, text: string): Promise<BuildReport> {
  const events = followBuild(parseBuildTarget(text), await sourcesOf(sandbox), options());
  for await (const event of events) if (event.kind === 'report') return event.report;
  throw new Error('there was no report');
}

async function started(scenario: string) {
  const sandbox = await startSandbox({ scenario });
  const build = sandbox.pipeline.startBuild('acme', 'web');
  await sandbox.clock.advance(100_000);
  return { sandbox, build, startedAt: sandbox.clock.nowMs() };
}

describe('following a build', () => {
  it.each([
    ['healthy', {}],
    ['busy', {}],
    ['old-nomad', {}],
    ['new-nomad', {}],
    ['healthy', { reworded: 7, noise: { perMinute: 10, seed: 7 } }],
    ['healthy', { clockSkewMs: { dispatcher: 600_000, schedulerer: -600_000 } }],
    ['healthy', { clockSkewMs: { nomad: 900_000 } }],
    ['healthy', { clockSkewMs: { nomad: -900_000, 'output-processor': 300_000 } }],
  ])('finds none stuck if all is well: %s %j', async (name, odd) => {
    const base = findScenario(name);
    const scenario = { ...base, pipeline: { ...base.pipeline, ...odd } };
    const sandbox = await startSandbox({ scenario });
    const sources = await sourcesOf(sandbox);
    const { snapshot } = await gathered(sources);
    const jobs = known(snapshot.nomad.jobs) ?? [];
    const shown = known(snapshot.server.builds) ?? [];
    const names = [
      ...jobs.filter((_job, at) => at % 4 === 0).map(({ id }) => id),
      ...shown.filter((_build, at) => at % 9 === 0).map((one) => `${one.project}/${one.number}`),
    ];
    expect(names.length).toBeGreaterThan(8);
    for (const text of names) {
      const target = parseBuildTarget(text);
      const facts = await readBuild(target, snapshot, sources, options());
      const { state, stoppedAt } = buildTimeline(facts);
      expect({ text, stoppedAt }).toEqual({ text, stoppedAt: null });
      expect(['running', 'finished', 'queued', 'pending']).toContain(state);
    }
  });

  it('works without the cluster, and waits for it only once', async () => {
    const { sandbox, build, startedAt } = await started('healthy');
    sandbox.faults.add({ service: 'kubernetes', fault: { kind: 'hang' } });
    const report = await passTimeUntil(followed(sandbox, build.jobId), sandbox);
    expect(sandbox.clock.nowMs() - startedAt).toBeLessThanOrEqual(LIMIT + 1_000);
    expect(report).toMatchObject({ state: 'running', stoppedAt: null });
    expect(report.steps.map(({ id, state }) => `${id} ${state}`)).toEqual(
      expect.arrayContaining(['queued done', 'dispatcher-popped unknown', 'started done']),
    );
    expect(report.notes).toContain('the log of dispatcher was not read: pods unknown');
  });

  it('works without Nomad, and reports nothing as lost that it cannot see', async () => {
    const { sandbox, build, startedAt } = await started('healthy');
    sandbox.faults.add({ service: 'nomad', fault: { kind: 'hang' } });
    const report = await passTimeUntil(followed(sandbox, build.url), sandbox);
    expect(sandbox.clock.nowMs() - startedAt).toBeLessThanOrEqual(LIMIT + 1_000);
    expect(report).toMatchObject({ state: 'running', stoppedAt: null, finding: null });
    expect(report.notes).toContain('Nomad was not read: Nomad timed out after 10s');
    expect(report.steps.find(({ id }) => id === 'registered')).toMatchObject({
      state: 'unknown',
      what: 'Nomad could not be read: Nomad timed out after 10s',
    });
  });

  it('finds the rest of a build by its ID, even if only a log contains it', async () => {
    const { sandbox, build } = await started('schedulerer-error');
    const report = await followed(sandbox, build.id);
    expect(report.build).toEqual({
      name: `acme/web/${build.number}`,
      key: `acme-web-${build.number}`,
      ...{ buildId: build.id, number: build.number, task: null, url: build.url },
    });
    expect(report.steps.map(({ id }) => id).slice(0, 3)).toEqual([
      ...['queued', 'legacy-got', 'legacy-forwarded'],
    ]);
    expect(report.stoppedAt?.place).toBe('schedulerer');
  });

  it('reports the root cause if Nomad has no leader', async () => {
    const { sandbox, build } = await started('leaderless');
    const report = await passTimeUntil(followed(sandbox, build.url), sandbox);
    expect(report).toMatchObject({
      state: 'lost',
      stoppedAt: { place: 'schedulerer' },
      finding: { code: 'CQ0501' },
    });
  });

  it('reports that no service could be reached', async () => {
    const { sandbox, build } = await started('healthy');
    for (const service of ['kubernetes', 'nomad', 'server'] as const) {
      sandbox.faults.add({ service, fault: { kind: 'hang' } });
    }
    const asking = passTimeUntil(followed(sandbox, build.url), sandbox);
    await expect(asking).rejects.toMatchObject({
      kind: 'service',
      code: 'NOTHING_TO_ASK',
      message: expect.stringMatching(
        /^No service could be reached to look for build ".*": .* timed out/,
      ),
    });
  });
});
