import { isAdminError } from '../../errors.ts';
import type { DrainSpec, NomadClient, ReadOptions } from '../client.ts';

/**
 * Returns a warning if the reason of a drain is lost: Nomad before 1.1 silently ignores `Meta`. The
 * server's version is read only if a reason was given.
 */
export async function reasonWarning(
  nomad: Pick<NomadClient, 'agent'>,
  spec: DrainSpec,
  options: ReadOptions = {},
): Promise<readonly string[]> {
  if (Object.keys(spec.meta ?? {}).length === 0) return [];
  try {
    const { version } = await nomad.agent(options);
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major > 1 || (major === 1 && minor >= 1)) return [];
    return [
      `Nomad ${version} does not store the reason of a drain (1.1 and later do): it is in the audit log only.`,
    ];
  } catch (error) {
    // The permission to drain does not include the permission to read the version (agent:read).
    if (isAdminError(error, 'unauthorised')) return [];
    throw error;
  }
}
