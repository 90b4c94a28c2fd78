import type { PipelineService } from './scenario.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** One entry of a service's log. */
export interface Entry {
  readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** The Java thread; the legacy services do not write it. */
  readonly thread: string;
  /** The Clojure namespace that says it. */
  readonly namespace: string;
  readonly message: string;
}

/** An entry as its service writes it, at a moment of its node's clock. */
export function formatEntry(service: PipelineService, at: number, entry: Entry): string {
  const { level, thread, namespace, message } = entry;
  const moment = new Date(at);
  return service === 'legacy-dispatcher'
    ? `${legacyTime(moment)} ${level} ${namespace} ${message}`
    : `${isoTime(moment)} [] [${thread}] ${level} ${namespace} ${message}`;
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
