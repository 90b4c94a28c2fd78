import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Milliseconds } from '../../clock.ts';
import { connectInstallation, type Installation } from '../../installation/installation.ts';
import type { Masker } from '../../masking.ts';
import { readSharedFlags } from '../flags/shared-values.ts';
import type { Runtime } from '../runtime.ts';
import type { Candidate, NameKind, NameSource } from './candidate.ts';
import { LIVE_NAMES } from './live-names.ts';
import { LOCAL_NAMES } from './local-names.ts';
import { NameCache } from './name-cache.ts';

/** The time limit of a completion, in milliseconds. */
const COMPLETION_LIMIT: Milliseconds = 1_500;

/** The directories and the version that looking up names needs. */
export interface NameDirectories {
  readonly configDir: string;
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly version: string;
}

/**
 * Returns a source of names for completion. It reads them on this machine, from the cache, or from
 * the installation with the same clients as the commands, within {@link COMPLETION_LIMIT}. It throws the
 * errors of these clients.
 */
export function findNames(
  runtime: Runtime,
  masker: Masker,
  directories: NameDirectories,
): NameSource {
  return async (kind, flags) => {
    if (kind === 'installations' || kind === 'settings' || kind === 'changes') {
      return LOCAL_NAMES[kind](directories);
    }
    const { chosen } = readSharedFlags(flags, runtime);
    const installation = await connectInstallation({
      chosen: { ...chosen, requestTimeout: COMPLETION_LIMIT },
      env: runtime.env,
      home: runtime.home,
      configDir: directories.configDir,
      clock: runtime.clock,
      masker,
      userAgent: `circleci-admin/${directories.version}`,
      tracer: undefined,
    });
    const cache = await cacheOf(installation, kind, runtime, directories);
    const kept = await cache.read();
    if (kept !== null) return kept;
    if (asksForToken(installation, kind)) return [];
    const names = await ask(installation, LIVE_NAMES[kind], runtime);
    await cache.write(names);
    return names;
  };
}

async function ask(
  installation: Installation,
  read: (installation: Installation, signal: AbortSignal) => Promise<readonly Candidate[]>,
  { clock, signal }: Runtime,
): Promise<readonly Candidate[]> {
  const over = new AbortController();
  const done = new AbortController();
  const limit = clock.sleep(COMPLETION_LIMIT, AbortSignal.any([done.signal, signal])).then(() => {
    over.abort(new Error('reading names timed out'));
    throw over.signal.reason;
  });
  try {
    return await Promise.race([read(installation, over.signal), limit]);
  } finally {
    done.abort();
    // Avoids an unhandled rejection if the limit lost the race.
    limit.catch(() => undefined);
    if (!over.signal.aborted) await installation.close();
  }
}

/** A token command may ask for a second factor, which pressing Tab must not do. */
function asksForToken({ settings }: Installation, kind: NameKind): boolean {
  if (kind === 'pods') return false;
  const { token } = kind === 'accounts' ? settings.server : settings.nomad;
  return token !== null && 'command' in token && token.command !== undefined;
}

async function cacheOf(
  { settings }: Installation,
  kind: NameKind,
  runtime: Runtime,
  { cacheDir }: NameDirectories,
): Promise<NameCache> {
  const { profile, host, kubernetes, nomad } = settings;
  const { access, address, region, namespace, pod, port } = nomad;
  const where = { access, address, region, namespace, pod, port };
  const files =
    kubernetes.kubeconfig.length > 0
      ? kubernetes.kubeconfig
      : [join(runtime.home, '.kube', 'config')];
  // `kubectl config use-context` can change the cluster, which shows only in the file's time.
  const times = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  const stamp = times.map((time) => time?.mtimeMs ?? 0).join();
  const identity = [kind, profile, host, kubernetes, where];
  return new NameCache(join(cacheDir, 'names'), identity, stamp, runtime.clock);
}
