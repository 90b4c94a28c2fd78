import { expect, it } from 'vitest';
import { diagnose } from '../../../src/lib/queue/diagnose.ts';
import { timed } from '../../support/cpu-time.ts';
import { startSandbox } from '../../support/sandbox.ts';
import { gathered, sandboxSources, until } from './gather/rig.ts';

it('judges thousands of builds in a moment, whatever clock is not known', async () => {
  const sandbox = await startSandbox({ scenario: 'healthy', clients: 300, builds: 3_000 });
  // Reading the list page by page keeps to the server's limit, which takes time.
  const gathering = gathered(await sandboxSources(sandbox), { limitMs: 600_000 });
  const { snapshot } = await until(gathering, sandbox.clock);
  for (const nomadAheadMs of [0, null]) {
    const clocks = { ...snapshot.clocks, nomadAheadMs };
    const { value, cpuMs } = timed(() => diagnose({ ...snapshot, clocks }));
    expect(value.findings).toEqual([]);
    // What grows with the square of the builds takes minutes.
    expect(cpuMs).toBeLessThan(4_000);
  }
});
