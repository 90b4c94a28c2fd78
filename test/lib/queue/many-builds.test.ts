import { expect, it } from 'vitest';
import { diagnose } from '../../../src/lib/queue/diagnose.ts';
import { timed } from '../../support/cpu-time.ts';
import { passTimeUntil, startSandbox } from '../../support/sandbox.ts';
import { gathered, sandboxSources } from './gather/rig.ts';

it('diagnoses thousands of builds quickly, whichever clock is unknown', async () => {
  const sandbox = await startSandbox({ scenario: 'healthy', clients: 300, builds: 3_000 });
  // Reading the list page by page observes the server's rate limit, which takes time.
  const gathering = gathered(await sandboxSources(sandbox), { limitMs: 600_000 });
  const { snapshot } = await passTimeUntil(gathering, sandbox);
  for (const nomadAheadMs of [0, null]) {
    const clocks = { ...snapshot.clocks, nomadAheadMs };
    const { value, cpuMs } = timed(() => diagnose({ ...snapshot, clocks }));
    expect(value.findings).toEqual([]);
    // Quadratic work would take minutes.
    expect(cpuMs).toBeLessThan(4_000);
  }
});
