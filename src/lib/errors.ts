/**
 * The error kinds, and the exit code of each. The table extends the circleci CLI's, because
 * administrators script both.
 */
export const EXIT_CODES = {
  /** Something did not work, and no kind below says it better. */
  failed: 1,
  /** Bad arguments: nothing was touched. An ambiguous name is one. */
  usage: 2,
  /** Credentials are missing, refused, or lack a permission. */
  unauthorised: 3,
  /** A service answered with an error or could not be reached. */
  service: 4,
  /** What was named does not exist. */
  notFound: 5,
  /** Cancelled by the operator, or refused by a guard (no TTY, read-only profile). */
  refused: 6,
  /** Input was read but is not acceptable. */
  validation: 7,
  /** A wait ended before what it waited for. */
  timeout: 8,
  /** Checks ran and found problems. */
  findings: 9,
  /** Some items were done and some were not: the report says which. */
  partial: 10,
} as const;

/** One of the kinds of {@link EXIT_CODES}. */
export type ErrorKind = keyof typeof EXIT_CODES;

/** What an error says beyond its message. */
export interface AdminErrorOptions {
  /** Stable, SCREAMING_SNAKE_CASE; scripts match on it. */
  readonly code: string;
  /** The next command to run, or what to change. */
  readonly hint?: string;
  /** The page of the package's docs that says more, such as `docs/permissions.md`. */
  readonly ref?: string;
  readonly cause?: unknown;
}

/**
 * An error that an operator can act on: what happened, to which thing, why, and what to do next.
 * Everything else that is thrown counts as a bug and is reported as one.
 */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | undefined;
  readonly ref: string | undefined;

  constructor(kind: ErrorKind, message: string, options: AdminErrorOptions) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.code = options.code;
    this.hint = options.hint;
    this.ref = options.ref;
  }

  /** The process exit code that this error ends a command with. */
  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}

/** Whether something thrown is an {@link AdminError}, of one kind if given. */
export function isAdminError(error: unknown, kind?: ErrorKind): error is AdminError {
  return error instanceof AdminError && (kind === undefined || error.kind === kind);
}
