import { jsonRecord } from './json-record.ts';
import { LEVEL_WORDS } from './levels.ts';
import { NO_TRACE, type RecordHead } from './record.ts';

/**
 * The time in front of a record: ISO 8601 and similar, syslog's, the legacy services', or only a
 * time of day.
 */
const STAMP = new RegExp(
  String.raw`^\s*\[?(?:${[
    String.raw`\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?`,
    String.raw`[A-Z][a-z]{2} [ \d]?\d,? (?:\d{4} )?\d{1,2}:\d\d:\d\d(?:\.\d+)?(?::?[+-]\d{4})?(?: [AP]M)?`,
    String.raw`\d\d:\d\d:\d\d(?:[.,]\d+)?`,
    String.raw`1\d{9}[.,]\d{3,9}`,
  ].join('|')})\]?(?=[\s:|]|$)[\s:|]*`,
);
const WORDS = LEVEL_WORDS.join('|');
/** Up to three brackets and possibly a process ID, then the level. */
const LEVEL = new RegExp(
  String.raw`^((?:\[[^\]]{0,120}\]\s*){0,3}?)(?:\d{1,7} )?(?:\[(${WORDS})\s*\]|(${WORDS})(?![\w-]))[\s:|-]*`,
  'i',
);
/** `- schedulerer.core - ERROR - `, as in Python's logging: the name before the level. */
const NAME_FIRST = new RegExp(
  String.raw`^(?:- )?(?<name>[A-Za-z_][\w.$-]*) (?:- )?(?<level>${WORDS})\b(?: -|:) `,
);
/** Brackets after the level: the thread, for some loggers. */
const THREAD = /^\[(?<thread>[^\]]{1,120})\]\s*/;
const NAMESPACE = /^(?<namespace>[A-Za-z_$][\w$<>-]*(?:\.[\w$<>-]+)+)(?=[\s:;]|$):?\s*(?:-+\s+)?/;
/**
 * `E0120 06:14:59.277123 1 reflector.go:127] message`, the format of Kubernetes' own logger.
 */
const KLOG =
  /^(?<letter>[IWEF])\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ (?<file>[^\s\]]+)\] ?(?<message>.*)$/s;
const KLOG_LEVELS: Readonly<Record<string, string>> = {
  I: 'INFO',
  W: 'WARNING',
  E: 'ERROR',
  F: 'FATAL',
};
const LOGFMT_LEVEL = /(?:^|\s)(?:level|lvl|severity)="?(?<level>[A-Za-z]+)"?(?=\s|$)/;
const LOGFMT_MESSAGE = /(?:^|\s)(?:msg|message)=(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>\S*))/;

/**
 * Parses the head of a record in any of the formats that services write: time, thread, level and
 * namespace of Clojure services, the legacy services' own format, JSON, logfmt, Kubernetes' own
 * logger, or just a level in front. Returns null for a line without a head, which continues the
 * previous record.
 */
export function parseRecord(text: string): RecordHead | null {
  if (text.startsWith('{')) return jsonRecord(text);
  const stamp = STAMP.exec(text);
  if (stamp) return headOf(text.slice(stamp[0].length), true);
  return klogRecord(text) ?? logfmtRecord(text) ?? headOf(text, false);
}

function headOf(sent: string, stamped: boolean): RecordHead | null {
  const first = LEVEL.exec(sent);
  const text = stamped && !first ? sent.replace(NAME_FIRST, '$<level> $<name> ') : sent;
  const match = first ?? (text === sent ? null : LEVEL.exec(text));
  const [whole, brackets = '', bracketed, bare] = match ?? [];
  const level = bracketed ?? bare;
  // "error handling ..." is a sentence: without a time in front, a level must be upper case or in
  // brackets.
  const hasLevel = level !== undefined && (stamped || bracketed || level === level.toUpperCase());
  if (whole === undefined || !hasLevel) {
    if (!stamped) return null;
    return {
      level: null,
      namespace: null,
      thread: null,
      message: text,
      error: null,
      trace: NO_TRACE,
    };
  }
  let rest = text.slice(whole.length);
  const behind = THREAD.exec(rest);
  if (behind) rest = rest.slice(behind[0].length);
  const named = NAMESPACE.exec(rest);
  return {
    level: level.toUpperCase(),
    namespace: named?.groups?.['namespace'] ?? null,
    thread: lastBracket(brackets) ?? behind?.groups?.['thread'] ?? null,
    message: named ? rest.slice(named[0].length) : rest,
    error: null,
    trace: NO_TRACE,
  };
}

/**
 * Returns the last non-empty text in brackets, as in `[] [pool-43-thread-13] `; null if all are
 * empty.
 */
function lastBracket(brackets: string): string | null {
  const found = brackets.match(/[^[\]\s][^[\]]*/g);
  return found?.at(-1) ?? null;
}

function klogRecord(text: string): RecordHead | null {
  const groups = KLOG.exec(text)?.groups;
  if (!groups) return null;
  return {
    level: KLOG_LEVELS[groups['letter'] ?? ''] ?? null,
    namespace: groups['file'] ?? null,
    thread: null,
    message: groups['message'] ?? '',
    error: null,
    trace: NO_TRACE,
  };
}

function logfmtRecord(text: string): RecordHead | null {
  if (!/^[A-Za-z][\w.-]*=/.test(text)) return null;
  const level = LOGFMT_LEVEL.exec(text)?.groups?.['level'];
  const message = LOGFMT_MESSAGE.exec(text)?.groups;
  if (level === undefined && message === undefined) return null;
  return {
    level: level?.toUpperCase() ?? null,
    namespace: /(?:^|\s)(?:logger|component|caller)=(\S+)/.exec(text)?.[1] ?? null,
    thread: null,
    message: message?.['quoted'] ?? message?.['bare'] ?? text,
    error: null,
    trace: NO_TRACE,
  };
}
