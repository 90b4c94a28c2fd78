import { AdminError } from '../errors.ts';
import type { CheckSource } from './examine-sources.ts';

/** The input of {@link chooseSources}. */
export interface SourceChoice {
  /** The value of `--from`; null if not given. */
  readonly from: CheckSource['name'] | 'all' | null;
  /** Whether clients were given as arguments. */
  readonly named: boolean;
  /** Whether SSH access to clients is configured. */
  readonly hasSsh: boolean;
}

/** Where connections are checked from. */
export interface ChosenSources {
  readonly sources: readonly CheckSource['name'][];
  /**
   * Whether the operator chose the sides explicitly: then a failing side is an error, not a note.
   */
  readonly explicit: boolean;
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
export function chooseSources({ from, named, hasSsh }: SourceChoice): ChosenSources {
  if (named && from === 'services') {
    throw new AdminError('usage', 'NODE cannot be used together with --from services', {
      code: 'CONFLICTING_FLAGS',
      hint: 'Remove NODE, or remove --from services.',
    });
  }
  const wanted = from ?? (named ? 'clients' : null);
  if (wanted === 'all') return { sources: ['clients', 'services'], explicit: true, skipped: null };
  if (wanted !== null) return { sources: [wanted], explicit: true, skipped: null };
  return hasSsh
    ? { sources: ['clients', 'services'], explicit: false, skipped: null }
    : { sources: ['services'], explicit: false, skipped: NO_SSH };
}
