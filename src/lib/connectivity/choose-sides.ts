import { AdminError } from '../errors.ts';
import type { Side } from './either-side.ts';

/** What decides where is looked from. */
export interface SidesWanted {
  /** As `--from` says; null where it does not. */
  readonly from: Side['name'] | 'all' | null;
  /** Whether clients were named. */
  readonly named: boolean;
  /** Whether somebody has said how to log in on clients. */
  readonly hasSsh: boolean;
}

/** Where is looked from. */
export interface ChosenSides {
  readonly sides: readonly Side['name'][];
  /** They were all asked for by name: one that cannot be asked is worth more than a note. */
  readonly asked: boolean;
  /** Why the clients are left out; null where they are not, or were not wanted. */
  readonly skipped: string | null;
}

const NO_SSH =
  'Clients are skipped: SSH is not configured. Set ssh.keyFile or ssh.bastion in the profile, or use --from clients.';

/**
 * Decides where is looked from: where it was asked for, else from everything that is set up.
 *
 * @throws AdminError of kind `usage`: CONFLICTING_FLAGS for clients that are named and not wanted
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
