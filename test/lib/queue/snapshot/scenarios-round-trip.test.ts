import { expect, it } from 'vitest';
import { decodeSnapshot } from '../../../../src/lib/queue/snapshot/decode-snapshot.ts';
import { encodeSnapshot } from '../../../../src/lib/queue/snapshot/encode-snapshot.ts';
import { SCENARIOS } from '../../../../src/lib/sandbox/scenarios/index.ts';
import { passTimeUntil, startSandbox } from '../../../support/sandbox.ts';
import { gathered, sandboxSources } from '../gather/rig.ts';

// `large` has the same rows as `busy`, fifty thousand times.
const SMALL = SCENARIOS.filter(({ name }) => name !== 'large');

it.each(SMALL)('the evidence of the scenario $name is read back unchanged', async (one) => {
  const sandbox = await startSandbox({ scenario: one, seed: 1 });
  const gathering = gathered(await sandboxSources(sandbox));
  // Without a leader, Nomad holds requests: advance the clock.
  const holds = one.nomad.leader === false;
  const { snapshot } = await (holds ? passTimeUntil(gathering, sandbox) : gathering);
  expect(decodeSnapshot(encodeSnapshot(snapshot))).toStrictEqual(snapshot);
});
