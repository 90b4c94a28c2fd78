import { randomUUID } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Masker } from '../../masking.ts';

/** The file name of the audit log in the data directory. */
export const AUDIT_FILE = 'audit.jsonl';

/** What is recorded when a change begins. */
export interface AuditSubject {
  readonly user: string;
  readonly installation: string;
  /** The command line without the program. */
  readonly command: readonly string[];
  readonly action: string;
  readonly plan: unknown;
}

/** An entry whose change has begun. */
export interface AuditEntry {
  /** Records the end of the change. `result` is its report, or null if there is none. */
  finish(exitCode: number, result: unknown, error: string | null): Promise<void>;
}

/**
 * The local log of all changes: appended JSON lines, readable only by the user. An entry has two
 * lines with the same ID, `begin` and `end`. An interrupted process leaves no `end`.
 */
export class AuditLog {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #masker: Masker;

  constructor(path: string, clock: Clock, masker: Masker) {
    this.#path = path;
    this.#clock = clock;
    this.#masker = masker;
  }

  /**
   * Records the begin of a change. Throws if the log cannot be written, so that nothing is changed.
   */
  async begin(subject: AuditSubject): Promise<AuditEntry> {
    const id = randomUUID();
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    await this.#append({ id, phase: 'begin', ...subject });
    return {
      finish: (exitCode, result, error) =>
        this.#append({
          id,
          phase: 'end',
          installation: subject.installation,
          action: subject.action,
          exitCode,
          result: result ?? null,
          error,
        }),
    };
  }

  async #append(entry: Readonly<Record<string, unknown>>): Promise<void> {
    const line = JSON.stringify({ at: this.#clock.now(), ...entry });
    await appendFile(this.#path, `${this.#masker.mask(line)}\n`, { mode: 0o600 });
  }
}
