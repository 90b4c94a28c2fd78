import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { AdminError } from '../errors.ts';
import { fileProblem, isFileMissing } from '../file-problem.ts';

/** The result of a change; `unfinished` if the log has no end entry: still running, or killed. */
export type AuditStatus = 'done' | 'failed' | 'interrupted' | 'unfinished';

/** A change in the audit log; null for what the log does not contain. */
export interface AuditRecord {
  readonly id: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly durationMs: number | null;
  readonly status: AuditStatus;
  readonly exitCode: number | null;
  readonly user: string | null;
  readonly installation: string | null;
  readonly action: string | null;
  /** The command line without the program. */
  readonly command: readonly string[];
  readonly error: string | null;
}

/** A change with its plan and result. */
export interface AuditDetail extends AuditRecord {
  readonly plan: unknown;
  readonly result: unknown;
}

/** Which changes to list. */
export interface AuditFilter {
  /** Only changes that started at this time or later. */
  readonly since?: Date;
  readonly installation?: string;
  /** Maximum number of changes; the newest are kept. */
  readonly limit: number;
}

/** A list of changes, newest last. */
export interface AuditPage {
  readonly entries: readonly AuditRecord[];
  /** Whether older matching changes were left out. */
  readonly truncated: boolean;
  /** Number of lines that are not valid entries, such as one cut off by a full disk. */
  readonly unreadable: number;
}

type Line = Readonly<Record<string, unknown>>;
type Mutable = { -readonly [Key in keyof AuditRecord]: AuditRecord[Key] };

/**
 * Reads the whole log as a stream and keeps the newest matching changes, so that memory does not
 * grow with the log. A missing log has no changes.
 *
 * @throws AdminError of kind `failed`, code AUDIT_LOG
 */
export async function listChanges(path: string, filter: AuditFilter): Promise<AuditPage> {
  const kept = new Map<string, Mutable>();
  let unreadable = 0;
  let truncated = false;
  for await (const line of linesOf(path)) {
    if (line.trim() === '') continue;
    const entry = parseLine(line);
    if (entry === null) unreadable += 1;
    else if (entry.phase === 'end') finish(kept.get(entry.id), entry);
    else if (isWanted(entry, filter)) {
      kept.set(entry.id, begun(entry));
      const oldest = kept.keys().next();
      if (kept.size > filter.limit && !oldest.done) {
        kept.delete(oldest.value);
        truncated = true;
      }
    }
  }
  return { entries: [...kept.values()], truncated, unreadable };
}

/**
 * Finds the change with this ID or ID prefix.
 *
 * @throws AdminError of kind `notFound` (AUDIT_ENTRY_NOT_FOUND), `usage` (AMBIGUOUS_ID) or `failed`
 *   (AUDIT_LOG)
 */
export async function findChange(path: string, prefix: string): Promise<AuditDetail> {
  const wanted = prefix.toLowerCase();
  const found = new Map<string, Mutable & { plan: unknown; result: unknown }>();
  for await (const line of linesOf(path)) {
    const entry = parseLine(line);
    if (!entry?.id.toLowerCase().startsWith(wanted)) continue;
    const record = found.get(entry.id);
    if (entry.phase === 'begin') {
      found.set(entry.id, { ...begun(entry), plan: entry.line['plan'] ?? null, result: null });
    } else if (record) {
      finish(record, entry);
      record.result = entry.line['result'] ?? null;
    }
  }
  const [one, ...more] = found.values();
  if (one && more.length === 0) return one;
  if (!one) {
    throw new AdminError('notFound', `The audit log has no change "${prefix}"`, {
      code: 'AUDIT_ENTRY_NOT_FOUND',
      hint: 'List the changes and their IDs: circleci-admin audit list',
    });
  }
  const ids = [...found.keys()];
  throw new AdminError('usage', `${ids.length} changes have an ID that starts with "${prefix}"`, {
    code: 'AMBIGUOUS_ID',
    hint: `Give more characters of the ID: ${ids.slice(0, 5).join(', ')}`,
  });
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, { encoding: 'utf8' });
  try {
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    if (isFileMissing(error)) return;
    throw new AdminError('failed', `${path} cannot be read: ${fileProblem(error)}`, {
      code: 'AUDIT_LOG',
      hint: 'The audit log is in the directory set by CIRCLECI_ADMIN_DATA_DIR.',
      cause: error,
    });
  } finally {
    stream.destroy();
  }
}

interface ParsedLine {
  readonly id: string;
  readonly phase: 'begin' | 'end';
  readonly at: Date;
  readonly line: Line;
}

/**
 * Parses an entry; returns null for an invalid line. If an entry was appended to an incomplete one,
 * the complete entry at the end of the line is parsed.
 */
function parseLine(text: string): ParsedLine | null {
  const line = parseJson(text) ?? parseJson(text.slice(Math.max(0, text.lastIndexOf(ENTRY_START))));
  if (typeof line !== 'object' || line === null) return null;
  const { id, phase, at } = line as Line;
  if (typeof id !== 'string' || typeof at !== 'string') return null;
  if (phase !== 'begin' && phase !== 'end') return null;
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? null : { id, phase, at: time, line: line as Line };
}

const ENTRY_START = '{"at":"';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isWanted({ at, line }: ParsedLine, { since, installation }: AuditFilter): boolean {
  if (since !== undefined && at < since) return false;
  return installation === undefined || line['installation'] === installation;
}

function begun({ id, at, line }: ParsedLine): Mutable {
  const { command } = line;
  return {
    id,
    startedAt: at,
    endedAt: null,
    durationMs: null,
    status: 'unfinished',
    exitCode: null,
    user: textOf(line['user']),
    installation: textOf(line['installation']),
    action: textOf(line['action']),
    command: Array.isArray(command) ? command.map(String) : [],
    error: null,
  };
}

function finish(record: Mutable | undefined, { at, line }: ParsedLine): void {
  if (!record) return;
  const { exitCode } = line;
  record.endedAt = at;
  record.durationMs = Math.max(0, at.getTime() - record.startedAt.getTime());
  record.exitCode = typeof exitCode === 'number' ? exitCode : null;
  record.error = textOf(line['error']);
  if (record.error === 'interrupted') record.status = 'interrupted';
  else record.status = record.exitCode === 0 ? 'done' : 'failed';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
