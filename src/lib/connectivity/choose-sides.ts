import { AdminError } from '../errors.ts';
import type { Side } from './either-side.ts';

/** The input of {@link chooseSides}. */
export interface SidesWanted {
  /** The value of `--from`; null if not given. */
  readonly from: Side['name'] | 'all' | null;
  /** Whether clients were given as arguments. */
  readonly named: boolean;
  /** Whether SSH access to clients is configured. */
  readonly hasSsh: boolean;
}

/** Where connections are checked from. */
export interface ChosenSides {
  readonly sides: readonly Side['name'][];
  /**
   * Whether the operator chose the sides explicitly: then a failing side is an error, not a note.
   */
  readonly asked: boolean;
  /** Why clients are left out; null if they are not, or were not requested. */
  readonly skipped: string | null;
}

const NO_SSH =
  'Clients are skipped: SSH is not configured. Set ssh.keyFile or ssh.bastion in the profile, or use --from clients.';

/**
 * Chooses where connections are checked from: as requested, or else from everything configured.
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
