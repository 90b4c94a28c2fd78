import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/lib/queue/diagnose.ts';
import type { Diagnosis } from '../../../src/lib/queue/diagnosis.ts';
import { joinScenarios } from '../../../src/lib/sandbox/join-scenarios.ts';
import { seededRandom } from '../../../src/lib/sandbox/random.ts';
import type { Scenario } from '../../../src/lib/sandbox/scenario.ts';
import { findScenario, SCENARIOS } from '../../../src/lib/sandbox/scenarios/index.ts';
import { startSandbox } from '../../support/sandbox.ts';
import { gathered, sandboxSources, until } from './gather/rig.ts';

/** What has a cause that the rules are to name, or none. */
const JUDGED = SCENARIOS.filter(({ expects }) => expects !== undefined);

async function judged(scenario: Scenario, seed = 1): Promise<Diagnosis> {
  const sandbox = await startSandbox({ scenario, seed });
  const gathering = gathered(await sandboxSources(sandbox));
  // Without a leader Nomad holds requests: time has to go on.
  const holds = scenario.nomad.leader === false;
  const { snapshot } = await (holds ? until(gathering, sandbox.clock) : gathering);
  return diagnose(snapshot);
}

const codesOf = ({ findings }: Diagnosis): readonly string[] => findings.map(({ code }) => code);

/** The same installation with other clocks, with lines of libraries between, and in other words. */
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

  it('has its cause named first, or nothing found', async () => {
    const diagnosis = await judged(scenario);
    const codes = codesOf(diagnosis);
    expect(codes.slice(0, 1), codes.join(' ')).toEqual(first);
    expect(diagnosis.verdict.cause).toBe(expects);
  });

  it('is judged alike with wrong clocks, noise and other words', async () => {
    for (const seed of [11, 12]) {
      const codes = codesOf(await judged(disguised(scenario, seed), seed));
      expect(codes.slice(0, 1), `seed ${seed}: ${codes.join(' ')}`).toEqual(first);
    }
  });
});

/** Two causes at once: which is the root, and what is told besides. */
const PAIRS: readonly (readonly [one: string, other: string, root: string, also: string])[] = [
  ['job-lost', 'no-capacity', 'CQ0202', 'CQ0601'],
  ['crash-loop', 'leaderless', 'CQ0501', 'CQ0101'],
  ['rabbitmq-backlog', 'output-broken', 'CQ0801', 'CQ0702'],
  ['image-missing', 'too-large', 'CQ0103', 'CQ0602'],
  ['schedulerer-error', 'draining', 'CQ0401', 'CQ0503'],
  ['dispatcher-stopped', 'port-8585-blocked', 'CQ0106', 'CQ0703'],
];

describe.each(PAIRS)('%s and %s at once', (one, other, root, also) => {
  it(`is found to come from ${root}, and from ${also}`, async () => {
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
