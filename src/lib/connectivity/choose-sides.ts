import { AdminError } from '../errors.ts';
import type { Side } from './either-side.ts';

/** What decides from where connections are checked. */
export interface SidesWanted {
  /** As `--from` says; null where it does not. */
  readonly from: Side['name'] | 'all' | null;
  /** Whether clients were given as arguments. */
  readonly named: boolean;
  /** Whether somebody has said how to log in on clients. */
  readonly hasSsh: boolean;
}

/** From where connections are checked. */
export interface ChosenSides {
  readonly sides: readonly Side['name'][];
  /** The operator asked for these: if one cannot be checked from, that is a failure and no mere note. */
  readonly asked: boolean;
  /** Why the clients are left out; null where they are not, or were not wanted. */
  readonly skipped: string | null;
}

const NO_SSH =
  'Clients are skipped: SSH is not configured. Set ssh.keyFile or ssh.bastion in the profile, or use --from clients.';

/**
 * Decides from where connections are checked: as the operator asked, else from all that is configured.
 *
 * @throws AdminError of kind `usage`: CONFLICTING_FLAGS for named clients with `--from services`
 */
export function chooseSides({ from, named, hasSsh }: SidesWanted): ChosenSides {
  if (named && from === 'services') {
    throw new AdminError('usage', 'NODE cannot be used together with --from services', {
      code: 'CONFLICTING_FLAGS',
      hint: 'Remove NODE, or remove --from services.',
    });
  }
  const wanted = from ?? (named ? 'clients' : null);
  if (wanted === 'all') return { sides: ['clients', 'services'], asked: true, skipped: null };
  if (wanted !== null) return { sides: [wanted], asked: true, skipped: null };
  return hasSsh
    ? { sides: ['clients', 'services'], asked: false, skipped: null }
    : { sides: ['services'], asked: false, skipped: NO_SSH };
}
