import type { PipelineForm, PipelineService } from './scenario.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An entry of a service's log. */
export interface Entry {
  readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** The Java thread, which the legacy services do not log. */
  readonly thread: string;
  /** The part of the service that logs the entry: a Clojure namespace in 3.x. */
  readonly namespace: string;
  readonly message: string;
  /** The named values of the entry, in order; undefined for none. */
  readonly details?: Readonly<Record<string, string>>;
  /** The stack trace of an error; null or undefined for none. */
  readonly trace?: string | null;
}

/**
 * Formats an entry as its service does, at a time of its node's clock. An entry with a stack trace
 * has several lines.
 */
export function formatEntry(
  entries: PipelineForm['entries'],
  service: PipelineService,
  at: number,
  entry: Entry,
): string {
  if (entries === 'json') return jsonEntry(at, entry);
  const { level, thread, namespace, message, details, trace = null } = entry;
  const moment = new Date(at);
  const head =
    service === 'legacy-dispatcher'
      ? `${legacyTime(moment)} ${level} ${namespace}`
      : `${isoTime(moment)} [] [${thread}] ${level} ${namespace}`;
  const detailText = details === undefined ? '' : `;${Object.entries(details).map(field).join('')}`;
  return [`${head} ${message}${detailText}`, ...(trace === null ? [] : [trace])].join('\n');
}

/**
 * Formats a field: ` build-id=5a;`. The last field of a task has no semicolon, as in the operations
 * guide's sample.
 */
function field([name, value]: readonly [string, string]): string {
  return ` ${name}=${value}${name === 'version' ? '' : ';'}`;
}

function jsonEntry(
  at: number,
  { level, namespace, message, details, trace = null }: Entry,
): string {
  return JSON.stringify({
    level: level.toLowerCase(),
    time: new Date(at).toISOString(),
    logger: namespace,
    msg: message,
    ...details,
    ...(trace === null ? {} : { stacktrace: trace }),
  });
}

/** Formats a time as the legacy services do: `Jan 20 06:14:59.119:+0000`. */
function legacyTime(at: Date): string {
  const day = String(at.getUTCDate()).padStart(2, ' ');
  return `${MONTHS[at.getUTCMonth()] ?? 'Jan'} ${day} ${at.toISOString().slice(11, 23)}:+0000`;
}

/** Formats a time as `2021-01-20T06:14:59.277+0000`. */
function isoTime(at: Date): string {
  return at.toISOString().replace('Z', '+0000');
}
