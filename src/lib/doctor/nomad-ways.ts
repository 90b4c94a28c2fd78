import type { Clock, Milliseconds } from '../clock.ts';
import { type AdminError, isAdminError } from '../errors.ts';
import type { NomadClient } from '../nomad/client.ts';
import type { NomadAccess } from '../nomad/model.ts';
import { within } from './within.ts';

/** What came of trying a way to Nomad. */
export interface TriedWay {
  readonly access: NomadAccess;
  readonly client: NomadClient | null;
  /** The leader as that way tells it; null where there is none. */
  readonly leader: string | null;
  /**
   * `works`: Nomad itself answered, be it with an error. `forbidden`: Kubernetes does not let us
   * go there. `failed`: nothing of Nomad was seen.
   */
  readonly outcome: 'works' | 'forbidden' | 'failed';
  /** Why it does not work, or what Nomad answered; null where it gave what was asked for. */
  readonly error: AdminError | null;
}

/** A way that is set up, and what comes of it. */
export interface WayUnderTest {
  readonly access: NomadAccess;
  readonly tried: Promise<TriedWay>;
}

/** The ways that are set up, in the order in which they are preferred. */
export type NomadWays = readonly WayUnderTest[];

/** What came of all of them. */
export function tryAll(ways: NomadWays): Promise<readonly TriedWay[]> {
  return Promise.all(ways.map(({ tried }) => tried));
}

/** Tries one way by asking for the leader, which Nomad tells to everybody. */
export async function tryWay(
  access: NomadAccess,
  open: () => Promise<NomadClient>,
  { clock, limit, signal }: { clock: Clock; limit: Milliseconds; signal: AbortSignal },
): Promise<TriedWay> {
  let client: NomadClient | null = null;
  const ask = async (): Promise<string | null> => {
    client = await open();
    return client.leader({ signal });
  };
  try {
    const leader = await within(ask(), clock, limit);
    return { access, client, leader, outcome: 'works', error: null };
  } catch (error) {
    if (!isAdminError(error)) throw error;
    return { access, client, leader: null, outcome: outcomeOf(error), error };
  }
}

/** The way that commands take: the first that works. */
export function takenWay(
  ways: readonly TriedWay[],
): (TriedWay & { readonly client: NomadClient }) | null {
  for (const way of ways) {
    const { client } = way;
    if (way.outcome === 'works' && client !== null) return { ...way, client };
  }
  return null;
}

/** The way whose check tells that none works; null where one does, or where all are forbidden. */
export function blamedWay(ways: readonly TriedWay[]): TriedWay | null {
  if (takenWay(ways)) return null;
  return ways.find(({ outcome }) => outcome === 'failed') ?? null;
}

/** Errors in which Nomad has not spoken, although their code begins with its name. */
const NOT_NOMAD: ReadonlySet<string> = new Set([
  'NOMAD_UNREACHABLE',
  'NOMAD_BAD_ANSWER',
  'NOMAD_NOT_CONFIGURED',
  'NOMAD_POD_NOT_FOUND',
]);

function outcomeOf({ code }: AdminError): TriedWay['outcome'] {
  if (code === 'KUBERNETES_FORBIDDEN') return 'forbidden';
  return code.startsWith('NOMAD_') && !NOT_NOMAD.has(code) ? 'works' : 'failed';
}
