/**
 * The exit code of each error kind. The table extends the one of the circleci CLI, because
 * administrators use both in scripts.
 */
export const EXIT_CODES = {
  /** The operation failed, and no more specific kind applies. */
  failed: 1,
  /** Bad arguments, including an ambiguous name. Nothing was changed. */
  usage: 2,
  /** Credentials are missing, were rejected, or lack a permission. */
  unauthorised: 3,
  /** A service responded with an error or could not be reached. */
  service: 4,
  /** The named object does not exist. */
  notFound: 5,
  /** Cancelled by the operator, or refused by a guard (no TTY, read-only profile). */
  refused: 6,
  /** The input could be read but is not valid. */
  validation: 7,
  /** A wait timed out. */
  timeout: 8,
  /** Checks ran and found problems. */
  findings: 9,
  /** Some items succeeded and some failed; the report lists which. */
  partial: 10,
} as const;

/** A key of {@link EXIT_CODES}. */
export type ErrorKind = keyof typeof EXIT_CODES;

/** The properties of an {@link AdminError} besides its message. */
export interface AdminErrorOptions {
  /** A stable identifier in SCREAMING_SNAKE_CASE that scripts can match. */
  readonly code: string;
  /** The next command to run, or the setting to change. */
  readonly hint?: string;
  /** A page of this package's documentation with details, such as `docs/permissions.md`. */
  readonly ref?: string;
  readonly cause?: unknown;
}

/**
 * An error that the operator can act on. It says what happened, to which object, why, and what to
 * do next. Any other error that is thrown is reported as a bug.
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

  /** The exit code of a command that fails with this error. */
  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}

/** Returns whether a thrown value is an {@link AdminError}, of the given kind if there is one. */
export function isAdminError(error: unknown, kind?: ErrorKind): error is AdminError {
  return error instanceof AdminError && (kind === undefined || error.kind === kind);
}
