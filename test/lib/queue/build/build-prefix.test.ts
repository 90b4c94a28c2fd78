import { expect, it } from 'vitest';
import { locateBuild } from '../../../../src/lib/cache/find-build.ts';
import { collect } from '../../../../src/lib/nomad/collect.ts';
import { buildOfPrefix, type PrefixMatch } from '../../../../src/lib/queue/build/build-prefix.ts';
import { parseBuildTarget } from '../../../../src/lib/queue/build/build-target.ts';
import { readBuild } from '../../../../src/lib/queue/build/read-build.ts';
import { startSandbox } from '../../../support/sandbox.ts';
import { gathered, installationOn, sandboxSources } from '../gather/rig.ts';

const target = parseBuildTarget('6fd74657');
const OF = (digit: string, task: number): PrefixMatch => ({
  jobId: `6fd74657${digit.repeat(16)}-${task}-build-acme-web-2${digit}`,
  byAllocation: false,
});

it("a prefix of a build's ID selects all tasks, and that of an allocation's ID a single task", () => {
  expect(buildOfPrefix(target, [OF('1', 0), OF('1', 1)])).toMatchObject({
    ...{ buildId: `6fd74657${'1'.repeat(16)}`, task: null, prefix: null },
  });
  const allocation = { ...OF('1', 1), byAllocation: true };
  expect(buildOfPrefix(target, [allocation])).toMatchObject({ task: 1 });
});

it('an ambiguous or unknown prefix is rejected', () => {
  expect(() => buildOfPrefix(target, [OF('1', 0), OF('2', 0)])).toThrow(
    expect.objectContaining({
      code: 'AMBIGUOUS_BUILD',
      message: expect.stringMatching(/ acme-web\/21 \(6fd\w+\), acme-web\/22 \(6fd\w+\)$/),
    }),
  );
  expect(() => buildOfPrefix(target, [])).toThrow(
    expect.objectContaining({ kind: 'notFound', code: 'BUILD_NOT_FOUND' }),
  );
});

it("a build is found by a prefix of its ID, or of an allocation's ID", async () => {
  const sandbox = await startSandbox({ scenario: 'healthy' });
  const build = sandbox.pipeline.startBuild('acme', 'web');
  await sandbox.clock.advance(20_000);
  const installation = await installationOn(sandbox);
  const nomad = await installation.nomad();
  const [allocation] = await collect(
    nomad.allocations({ taskStates: false }),
    ({ jobId }) => jobId === build.jobId,
  );
  const sources = { ...(await sandboxSources(sandbox)), nomad: { open: async () => nomad } };
  const { snapshot } = await gathered(sources);
  const { signal } = new AbortController();
  const options = { signal, sinceMs: 3_600_000, limitMs: 10_000 };
  const lists = { admin: () => installation.admin(), nomad: async () => nomad };
  const ids = [build.id.slice(0, 9), allocation?.id.slice(0, 8), allocation?.id];
  for (const id of ids) {
    // Eight digits without a letter are a build number.
    const named = { ...target, text: id ?? '', prefix: id ?? '' };
    const facts = await readBuild(named, snapshot, sources, options);
    expect(facts.build).toMatchObject({ name: `acme/web/${build.number}`, buildId: build.id });
    const place = await locateBuild(named, lists, signal);
    expect(place).toMatchObject({ project: 'acme/web', number: build.number });
  }
});
