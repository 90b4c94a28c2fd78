import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/lib/queue/diagnose.ts';
import type { Diagnosis } from '../../../src/lib/queue/diagnosis.ts';
import { joinScenarios } from '../../../src/lib/sandbox/join-scenarios.ts';
import { FORM_4_3 } from '../../../src/lib/sandbox/pipeline/form.ts';
import type { PipelineForm } from '../../../src/lib/sandbox/pipeline/scenario.ts';
import { seededRandom } from '../../../src/lib/sandbox/random.ts';
import type { Scenario } from '../../../src/lib/sandbox/scenario.ts';
import { findScenario, SCENARIOS } from '../../../src/lib/sandbox/scenarios/index.ts';
import { passTimeUntil, startSandbox } from '../../support/sandbox.ts';
import { gathered, sandboxSources } from './gather/rig.ts';

/** The scenarios with an expected cause, or with none to be found. */
const JUDGED = SCENARIOS.filter(({ expects }) => expects !== undefined);

async function judged(scenario: Scenario, seed = 1): Promise<Diagnosis> {
  const sandbox = await startSandbox({ scenario, seed });
  const gathering = gathered(await sandboxSources(sandbox));
  // Without a leader, Nomad holds requests until time passes.
  const holds = scenario.nomad.leader === false;
  const { snapshot } = await (holds ? passTimeUntil(gathering, sandbox) : gathering);
  return diagnose(snapshot);
}

const codesOf = ({ findings }: Diagnosis): readonly string[] => findings.map(({ code }) => code);

/** The same scenario with other clocks, with log lines of libraries, and with other wording. */
function disguised(scenario: Scenario, seed: number): Scenario {
  const random = seededRandom(seed);
  const skew = (): number => random.integer(-20 * 60_000, 20 * 60_000);
  const clockSkewMs = {
    'legacy-dispatcher': skew(),
    dispatcher: skew(),
    schedulerer: skew(),
    'output-processor': skew(),
  };
  const noise = { perMinute: random.integer(1, 60), seed };
  return {
    ...scenario,
    pipeline: { ...scenario.pipeline, clockSkewMs, noise, reworded: seed },
  };
}

describe.each(JUDGED)('the scenario $name', (scenario) => {
  const { expects = null } = scenario;
  const first = expects === null ? [] : [expects];

  it('has its cause as the first finding, or no finding', async () => {
    const diagnosis = await judged(scenario);
    const codes = codesOf(diagnosis);
    expect(codes.slice(0, 1), codes.join(' ')).toEqual(first);
    expect(diagnosis.verdict.cause).toBe(expects);
  });

  it('has the same result with wrong clocks, noise and other wording', async () => {
    for (const seed of [11, 12]) {
      const codes = codesOf(await judged(disguised(scenario, seed), seed));
      expect(codes.slice(0, 1), `seed ${seed}: ${codes.join(' ')}`).toEqual(first);
    }
  });
});

/** Two causes at once: the root cause, and the other finding. */
const PAIRS: readonly (readonly [one: string, other: string, root: string, also: string])[] = [
  ['job-lost', 'no-capacity', 'CQ0202', 'CQ0601'],
  ['crash-loop', 'leaderless', 'CQ0501', 'CQ0101'],
  ['rabbitmq-backlog', 'output-broken', 'CQ0801', 'CQ0702'],
  ['image-missing', 'too-large', 'CQ0103', 'CQ0602'],
  ['schedulerer-error', 'draining', 'CQ0401', 'CQ0503'],
  ['dispatcher-stopped', 'port-8585-blocked', 'CQ0106', 'CQ0703'],
  ['task-lost', 'no-capacity', 'CQ0404', 'CQ0601'],
  ['server-4.3+task-lost', 'output-broken', 'CQ0404', 'CQ0702'],
  ['output-broken', 'port-8585-blocked', 'CQ0703', 'CQ0702'],
  ['server-4.3+job-lost', 'no-capacity', 'CQ0303', 'CQ0601'],
  ['server-4.3+schedulerer-error', 'draining', 'CQ0401', 'CQ0503'],
  ['server-4.3+dispatcher-stopped', 'port-8585-blocked', 'CQ0106', 'CQ0703'],
  ['server-4.3+crash-loop', 'output-broken', 'CQ0101', 'CQ0702'],
  ['server-4.3+output-broken', 'image-missing', 'CQ0103', 'CQ0702'],
  ['server-4.2+crash-loop', 'too-large', 'CQ0101', 'CQ0602'],
];

describe.each(PAIRS)('%s and %s at once', (one, other, root, also) => {
  it(`has the root cause ${root}, and also finds ${also}`, async () => {
    for (const scenario of [
      joinScenarios(findScenario(one), findScenario(other)),
      joinScenarios(findScenario(other), findScenario(one)),
    ]) {
      const diagnosis = await judged(scenario);
      const codes = codesOf(diagnosis);
      expect(codes.at(0), codes.join(' ')).toBe(root);
      expect(codes).toContain(also);
      const second = diagnosis.findings.find(({ code }) => code === also);
      expect(second?.causedBy, codes.join(' ')).toBeNull();
    }
  });
});

it('builds that the UI does not show are an effect of the output, not of a lost task', async () => {
  const scenario = joinScenarios(findScenario('task-lost'), findScenario('port-8585-blocked'));
  const { findings } = await judged(scenario);
  const unseen = findings.find(({ code }) => code === 'CQ0701');
  expect(unseen).toMatchObject({ causedBy: 'CQ0703' });
  expect(findings[0]).toMatchObject({ code: 'CQ0404' });
});

/** The log format of 4.3's services is not published. No format may mislead the diagnosis. */
const ENTRIES: readonly (readonly [string, Partial<PipelineForm>])[] = [
  ['entries of Clojure', { entries: 'clojure' }],
  ['a heartbeat each minute', { beats: true }],
  ['both', { entries: 'clojure', beats: true }],
];

describe.each(ENTRIES)('server 4.3 with %s', (_name, differs) => {
  it.each(JUDGED.filter(({ version }) => version === '4.3'))(
    'has the cause of $name as the first finding, or no finding',
    async (scenario) => {
      const { expects = null, pipeline } = scenario;
      const form = { ...FORM_4_3, ...differs };
      const codes = codesOf(await judged({ ...scenario, pipeline: { ...pipeline, form } }));
      expect(codes.slice(0, 1), codes.join(' ')).toEqual(expects === null ? [] : [expects]);
    },
  );
});

describe('server 4.3 with logs that name no build', () => {
  it.each(JUDGED.filter(({ version }) => version === '4.3'))(
    'has the cause of $name as the first finding, or no finding',
    async (scenario) => {
      const { expects = null, pipeline } = scenario;
      const form = { ...FORM_4_3, namesBuilds: false };
      const diagnosis = await judged({ ...scenario, pipeline: { ...pipeline, form } });
      const codes = codesOf(diagnosis);
      // Where a build was lost can only be found by its name.
      const first = expects === 'CQ0303' ? 'CQ0205' : expects;
      expect(codes.slice(0, 1), codes.join(' ')).toEqual(first === null ? [] : [first]);
      const roots = diagnosis.findings.filter(({ causedBy }) => causedBy === null);
      expect(roots.map(({ code }) => code)).toEqual(codes.slice(0, 1));
    },
  );
});

describe('the services of a version', () => {
  const NAMES = [
    ['healthy', 'legacy-dispatcher', 'schedulerer', 'output-processor'],
    ['server-4.2', 'dispatcher', 'schedulerer', 'output-processor'],
    ['server-4.3', 'distributor', 'docker-provisioner', 'output'],
  ] as const;

  it.each(NAMES)('of %s are the steps: %s, %s, %s', async (name, ...services) => {
    const { steps, pipeline, notes } = await judged(findScenario(name));
    const names = steps.map((step) => step.name);
    expect(names).toEqual(expect.arrayContaining([...services]));
    expect(pipeline).toBe(services[0]);
    expect(notes).toEqual([]);
  });

  it.each(JUDGED.filter(({ version }) => version === '4.3'))(
    'are named in the findings of $name and in commands',
    async (scenario) => {
      const { findings, verdict, notes } = await judged(scenario);
      const text = JSON.stringify({ findings, verdict, notes });
      const told = text.replace(/"(?:place|code|ref|causedBy)":"[^"]*"/g, '');
      expect(told).not.toMatch(/legacy-dispatcher|schedulerer|output-processor|8585/);
      // The guide does not cover these services, so there is no automatic fix and no promise.
      expect(findings.filter(({ fix }) => fix !== null)).toEqual([]);
      expect(told).not.toMatch(/running builds are not affected/i);
      expect(told).not.toMatch(/(?<!distributor-)\bdispatcher\b/);
    },
  );

  it('are the running ones, even if the profile has another version', async () => {
    for (const [name, version, runs] of [
      ['server-4.3', '3.0', 'distributor'],
      ['server-4.2', '4.8', 'dispatcher'],
    ] as const) {
      const sandbox = await startSandbox({ scenario: name });
      const sources = { ...(await sandboxSources(sandbox)), serverVersion: version };
      const { snapshot } = await gathered(sources);
      const { pipeline, findings, notes } = diagnose(snapshot);
      expect({ pipeline, findings }).toEqual({ pipeline: runs, findings: [] });
      expect(notes[0]).toMatch(`The profile says server ${version}, but `);
    }
  });
});
