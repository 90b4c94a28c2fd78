import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../../support/sandbox.ts';
import { gathered, sandboxSources } from './rig.ts';

describe('gather', () => {
  it('knows everything of a healthy installation', async () => {
    const sandbox = await startSandbox({ scenario: 'healthy' });
    const { snapshot } = await gathered(await sandboxSources(sandbox));
    expect(snapshot.clocks).toEqual({
      kubernetesAheadMs: 0,
      nomadAheadMs: 0,
      serverAheadMs: 0,
    });
  });
});
