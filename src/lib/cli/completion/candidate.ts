/** A completion of the word at the cursor. */
export interface Candidate {
  readonly value: string;
  /** A short description, for shells that show one. */
  readonly about: string;
  /** Offered only for a non-empty word, so that long IDs do not hide the names. */
  readonly onlyTyped?: true;
}

/** Kinds of names that are looked up: in an installation, on this machine, or in the settings. */
export type NameKind =
  | 'nodes'
  | 'jobs'
  | 'pods'
  | 'accounts'
  | 'installations'
  | 'settings'
  | 'changes';

/** The kind of names that each argument or flag of a command takes. */
export type Completes = Readonly<Record<string, NameKind>>;

/** The completions that the shell offers. */
export type Completion =
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] }
  /** The shell completes file names itself. */
  | { readonly kind: 'files' };

/** Finds names of one kind, in the installation that the flags select. */
export type NameSource = (
  kind: NameKind,
  flags: Readonly<Record<string, string>>,
) => Promise<readonly Candidate[]>;
