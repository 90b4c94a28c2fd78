/** What the word at the cursor may become. */
export interface Candidate {
  readonly value: string;
  /** A few words for shells that show them. */
  readonly about: string;
  /** Offered only once something was typed: long ids would drown the names. */
  readonly onlyTyped?: true;
}

/** Names that are not in the sources: of an installation, of this machine, or of the settings. */
export type NameKind =
  | 'nodes'
  | 'jobs'
  | 'pods'
  | 'accounts'
  | 'installations'
  | 'settings'
  | 'changes';

/** Which names the arguments and flags of a command take, by the name of each. */
export type Completes = Readonly<Record<string, NameKind>>;

/** What the shell is to offer. */
export type Completion =
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] }
  /** The shell knows the files best. */
  | { readonly kind: 'files' };

/** Names of one kind, for the installation that these flags of the line choose. */
export type NameSource = (
  kind: NameKind,
  flags: Readonly<Record<string, string>>,
) => Promise<readonly Candidate[]>;
