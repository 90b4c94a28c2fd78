import type { PipelineForm, PipelineService } from './scenario.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** One entry of a service's log. */
export interface Entry {
  readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** The Java thread; the legacy services do not write it. */
  readonly thread: string;
  /** The part of the service that says it: a Clojure namespace in 3.x. */
  readonly namespace: string;
  readonly message: string;
  /** What it is about, by name, in order; left out where the message is all. */
  readonly details?: Readonly<Record<string, string>>;
  /** The stack trace of an error; left out where there is none. */
  readonly trace?: string | null;
}

/** An entry as its service writes it, at a moment of its node's clock; of several lines with a trace. */
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
  const told = details === undefined ? '' : `;${Object.entries(details).map(field).join('')}`;
  return [`${head} ${message}${told}`, ...(trace === null ? [] : [trace])].join('\n');
}

/** ` build-id=5a;`; the last of a task's fields has no end, as in the operations guide's sample. */
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

/** `Jan 20 06:14:59.119:+0000`, as the legacy services write it. */
function legacyTime(at: Date): string {
  const day = String(at.getUTCDate()).padStart(2, ' ');
  return `${MONTHS[at.getUTCMonth()] ?? 'Jan'} ${day} ${at.toISOString().slice(11, 23)}:+0000`;
}

/** `2021-01-20T06:14:59.277+0000`. */
function isoTime(at: Date): string {
  return at.toISOString().replace('Z', '+0000');
}
