import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../../src/lib/clock.ts';
import {
  connectInstallation,
  type Installation,
} from '../../../../src/lib/installation/installation.ts';
import { readCatalogue } from '../../../../src/lib/installation/read-catalogue.ts';
import { Masker } from '../../../../src/lib/masking.ts';
import type { GatherEvent } from '../../../../src/lib/queue/gather/events.ts';
import { gather } from '../../../../src/lib/queue/gather/gather.ts';
import { openSources } from '../../../../src/lib/queue/gather/open-sources.ts';
import type { GatherOptions, QueueSources } from '../../../../src/lib/queue/gather/sources.ts';
import type { QueueSnapshot } from '../../../../src/lib/queue/snapshot/snapshot.ts';
import type { Sandbox } from '../../../../src/lib/sandbox/sandbox.ts';
import { NOTHING_CHOSEN } from '../../../support/nothing-chosen.ts';

/** Returns an installation that uses the sandbox and, by default, the sandbox's clock. */
export async function installationOn(
  sandbox: Sandbox,
  more: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly clock?: Clock;
    readonly masker?: Masker;
  } = {},
): Promise<Installation> {
  const installation = await connectInstallation({
    chosen: NOTHING_CHOSEN,
    env: { ...sandbox.environment(), ...more.env },
    home: sandbox.directory,
    configDir: join(sandbox.directory, 'config'),
    clock: more.clock ?? sandbox.clock,
    masker: more.masker ?? new Masker(),
    userAgent: 'circleci-admin/test',
    tracer: undefined,
  });
  onTestFinished(() => installation.close());
  return installation;
}

/** Returns the sources of a snapshot of the sandbox. */
export async function sandboxSources(
  sandbox: Sandbox,
  more: Parameters<typeof installationOn>[1] = {},
): Promise<QueueSources> {
  const masker = more.masker ?? new Masker();
  const installation = await installationOn(sandbox, { ...more, masker });
  const catalogue = await readCatalogue(installation.settings);
  return openSources({ installation, catalogue, masker });
}

/** Gathers a complete snapshot. */
export async function gathered(
  sources: QueueSources,
  options: Partial<GatherOptions> = {},
): Promise<{ readonly snapshot: QueueSnapshot; readonly events: readonly GatherEvent[] }> {
  const events: GatherEvent[] = [];
  const { signal } = new AbortController();
  for await (const event of gather(sources, { signal, ...options })) events.push(event);
  const last = events.at(-1);
  if (last?.kind !== 'snapshot') throw new Error('the last event is no snapshot');
  return { snapshot: last.snapshot, events };
}
