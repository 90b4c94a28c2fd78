import { randomUUID } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Masker } from '../../masking.ts';

/** The name of the log in the data directory. */
export const AUDIT_FILE = 'audit.jsonl';

/** What is known of a change before it begins. */
export interface AuditSubject {
  readonly user: string;
  readonly installation: string;
  /** The command line, without its program. */
  readonly command: readonly string[];
  readonly action: string;
  readonly plan: unknown;
}

/** An entry that was begun and is to be finished. */
export interface AuditEntry {
  /** Writes how it ended. `result` is the change's report; null where there is none. */
  finish(exitCode: number, result: unknown, error: string | null): Promise<void>;
}

/**
 * The local log of everything that was changed: JSON lines, appended, readable by the user alone.
 * An entry has two lines with one id, `begin` and `end`: a change that was cut off has no end.
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

  /** Writes that a change begins. A log that cannot be written stops the change before it does. */
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
