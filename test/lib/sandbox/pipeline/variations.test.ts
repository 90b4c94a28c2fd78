import { describe, expect, test } from 'vitest';
import { PLAIN, reworded } from '../../../../src/lib/sandbox/pipeline/wording.ts';
import { pipelineRig } from './rig.ts';

const ENTRY =
  /^(?:[A-Z][a-z]{2} [ \d]\d [\d:.]+:\+0000|\d{4}-\d\d-\d\dT[\d:.]+\+0000 \[\] \[[^\]]+\]) (?<level>[A-Z]+) (?<namespace>\S+) (?<message>.+)$/;

/** Returns the level, namespace and identifiers of each log entry, without its time. */
function skeleton(log: string): readonly string[] {
  return log.split('\n').flatMap((line) => {
    const { level, namespace, message } = ENTRY.exec(line)?.groups ?? {};
    if (message === undefined) return [];
    const ids = message.match(/[0-9a-f]{24}(?=[-;])|\w+\/[\w-]+\/\d+(?=;)/g) ?? [];
    return [`${level} ${namespace} ${[...new Set(ids)].join(' ')}`];
  });
}

describe('alternative wordings', () => {
  test.each([1, 2, 3, 4, 5])(
    'of seed %i have the same content about the same builds',
    async (seed) => {
      const plain = await pipelineRig('schedulerer-error');
      const other = await pipelineRig('schedulerer-error', { reworded: seed });
      for (const service of [
        'legacy-dispatcher',
        'dispatcher',
        'schedulerer',
        'output-processor',
      ]) {
        const [before, after] = [await plain.log(service), await other.log(service)];
        expect(skeleton(after)).toEqual(skeleton(before));
        expect(skeleton(after).length).toBeGreaterThan(10);
        expect(after).not.toMatch(
          /got usage-queue event|forwarded to run-queue|popped build from|Computed tasks|got task message|posted to nomad|Still running/,
        );
      }
    },
  );

  test('are equal for the same seed, and differ for another', () => {
    const words = (seed: number) => reworded(seed).phrase('forwarded');
    expect(words(3)).toBe(words(3));
    expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(words)).size).toBeGreaterThan(3);
    expect([1, 2, 3].map(words)).not.toContain(PLAIN.phrase('forwarded'));
  });
});

describe('noise', () => {
  test('is harmless, appears between the lines, and changes none of them', async () => {
    const quiet = await pipelineRig('healthy');
    const noisy = await pipelineRig('healthy', { noise: { perMinute: 30, seed: 9 } });
    for (const service of ['legacy-dispatcher', 'dispatcher', 'schedulerer', 'output-processor']) {
      const [own, all] = [await quiet.log(service), await noisy.log(service)].map((log) =>
        log.split('\n').filter((line) => line !== ''),
      );
      const kept = new Set(own);
      expect(all?.filter((line) => kept.has(line))).toEqual(own);
      const noise = all?.filter((line) => !kept.has(line)) ?? [];
      // Two hours of noise, for one pod or two.
      expect(noise.length).toBeGreaterThan(3_000);
      expect(noise.some((line) => /error/i.test(line))).toBe(true);
      expect(
        noise.filter((line) => /\b(?:ERROR|FATAL)\b|^\s+at |^Caused by|[0-9a-f]{24}/.test(line)),
      ).toEqual([]);
      expect(noise.some((line) => line.startsWith('{'))).toBe(true);
    }
  });

  test('also appears as time passes, equal for the same seed', async () => {
    const rigs = await Promise.all(
      [1, 1, 2].map((seed) => pipelineRig('idle', { noise: { perMinute: 20, seed } })),
    );
    const logs = await Promise.all(
      rigs.map(async ({ sandbox, log }) => {
        await sandbox.clock.advance(120_000);
        return log('schedulerer', 'sinceSeconds=120');
      }),
    );
    expect(logs[0]).toBe(logs[1]);
    expect(logs[0]).not.toBe(logs[2]);
    expect(logs[0]?.split('\n').length).toBeGreaterThan(35);
  });
});

describe('a wrong clock', () => {
  const HOUR = 3_600_000;

  test('determines the times in the log, sinceSeconds and sinceTime', async () => {
    const rig = await pipelineRig('healthy', { clockSkewMs: { dispatcher: HOUR } });
    const right = await pipelineRig('healthy');
    const lines = async (query: string) =>
      (await rig.log('dispatcher', query)).trimEnd().split('\n');
    const before = (await right.log('dispatcher', 'sinceSeconds=300')).trimEnd().split('\n');
    const skewed = await lines('sinceSeconds=300');
    expect(skewed).toHaveLength(before.length);
    expect(before.at(-1)).toMatch(/^2026-03-02T08:59:42\.005/);
    expect(skewed.at(-1)).toMatch(/^2026-03-02T09:59:42\.005/);
    const [stamped] = await lines('tailLines=1&timestamps=true');
    expect(stamped).toMatch(/^2026-03-02T09:59:42\.005000000Z 2026-03-02T09:59:42\.005/);
    expect(await lines('sinceTime=2026-03-02T09:59:00Z')).toEqual(skewed.slice(-1));
    expect(await right.log('dispatcher', 'sinceTime=2026-03-02T09:59:00Z')).toBe('');
    expect(await rig.log('schedulerer', 'tailLines=1')).toMatch(/^2026-03-02T08:59:07/);
  });

  test('of Nomad changes no builds, only their times by an hour', async () => {
    const rig = await pipelineRig('healthy', { clockSkewMs: { nomad: -HOUR } });
    const { nomad, clock, pipeline } = rig.sandbox;
    const build = pipeline.startBuild('acme', 'web');
    await clock.advance(2_000);
    const job = nomad.state.jobs.get(build.jobId);
    expect(job?.status).toBe('running');
    expect(new Date(Number((job?.submittedAt ?? 0n) / 1_000_000n)).toISOString()).toMatch(
      /^2026-03-02T08:00:00/,
    );
    const [listed] = await rig.recent();
    expect(listed).toMatchObject({ status: 'running', build_num: build.number });
    expect(listed?.start_time).toMatch(/^2026-03-02T09:00:00/);
    await clock.advance(700_000);
    expect(nomad.state.jobs.get(build.jobId)?.status).toBe('dead');
  });
});
