import type { Clock, Milliseconds } from '../clock.ts';
import { type AdminError, isAdminError } from '../errors.ts';
import type { NomadClient } from '../nomad/client.ts';
import type { NomadAccess } from '../nomad/model.ts';
import { within } from './within.ts';

/** The result of trying an access method to Nomad. */
export interface AccessResult {
  readonly access: NomadAccess;
  readonly client: NomadClient | null;
  /** The leader as reported over this access method; null if there is none. */
  readonly leader: string | null;
  /**
   * `works`: Nomad itself responded, even if with an error. `forbidden`: Kubernetes denies access.
   * `failed`: no response from Nomad.
   */
  readonly outcome: 'works' | 'forbidden' | 'failed';
  /** Why it does not work, or Nomad's error; null if the request succeeded. */
  readonly error: AdminError | null;
}

/** A configured access method and the pending result of trying it. */
export interface AccessTest {
  readonly access: NomadAccess;
  readonly result: Promise<AccessResult>;
}

/** The pending results of the configured access methods, in order of preference. */
export type AccessTests = readonly AccessTest[];

/** Waits for the results of all access methods. */
export function accessResults(tests: AccessTests): Promise<readonly AccessResult[]> {
  return Promise.all(tests.map(({ result }) => result));
}

/** Tries an access method by requesting the leader, which needs no permission in Nomad. */
export async function testAccess(
  access: NomadAccess,
  open: () => Promise<NomadClient>,
  { clock, limit, signal }: { clock: Clock; limit: Milliseconds; signal: AbortSignal },
): Promise<AccessResult> {
  let client: NomadClient | null = null;
  const readLeader = async (): Promise<string | null> => {
    client = await open();
    return client.leader({ signal });
  };
  try {
    const leader = await within(readLeader(), clock, limit);
    return { access, client, leader, outcome: 'works', error: null };
  } catch (error) {
    if (!isAdminError(error)) throw error;
    return { access, client, leader: null, outcome: outcomeOf(error), error };
  }
}

/** Returns the access method that commands use: the first that works. */
export function usedAccess(
  results: readonly AccessResult[],
): (AccessResult & { readonly client: NomadClient }) | null {
  for (const result of results) {
    const { client } = result;
    if (result.outcome === 'works' && client !== null) return { ...result, client };
  }
  return null;
}

/**
 * Returns the access method whose check reports that none works; null if one works, or if none
 * failed otherwise than by missing permissions.
 */
export function failedAccess(results: readonly AccessResult[]): AccessResult | null {
  if (usedAccess(results)) return null;
  return results.find(({ outcome }) => outcome === 'failed') ?? null;
}

/** Error codes that start with NOMAD_ although Nomad itself did not respond. */
const NOT_NOMAD: ReadonlySet<string> = new Set([
  'NOMAD_UNREACHABLE',
  'NOMAD_BAD_ANSWER',
  'NOMAD_NOT_CONFIGURED',
  'NOMAD_POD_NOT_FOUND',
]);

function outcomeOf({ code }: AdminError): AccessResult['outcome'] {
  if (code === 'KUBERNETES_FORBIDDEN') return 'forbidden';
  return code.startsWith('NOMAD_') && !NOT_NOMAD.has(code) ? 'works' : 'failed';
}
