import { type JsonObject, objectOrNull, textOf } from '../../json-value.ts';
import type { RecordHead } from './record.ts';

/** The field names that loggers use, the most common first. */
const LEVEL = ['level', 'severity', 'lvl', 'log.level', 'levelname', 'loglevel'];
const MESSAGE = ['msg', 'message', 'event', 'text'];
const LOGGER = ['logger', 'logger_name', 'namespace', 'ns', 'name', 'component', 'caller'];
const TIME = ['time', 'timestamp', '@timestamp', 'ts'];
const THREAD = ['thread', 'thread_name'];
const ERROR = ['error', 'err', 'exception', 'error.message'];
const TRACE = ['stack_trace', 'stacktrace', 'stack', 'exc_info', 'error.stack_trace', 'trace'];

/** The numeric levels of bunyan and pino. */
const NUMBERS: Readonly<Record<string, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};
/** Values of an error field that mean no error. */
const NO_ERROR = /^(?:none|nil|null|no error|ok|false|0|<nil>)$/i;

/** Returns the head of a record that is a JSON object; null for other lines. */
export function jsonRecord(text: string): RecordHead | null {
  const fields = jsonFields(text);
  if (!fields) return null;
  const error = first(fields, ERROR, errorText);
  const trace = first(fields, TRACE, traceText) ?? nestedTrace(fields);
  return {
    level: first(fields, LEVEL, levelText),
    namespace: first(fields, LOGGER, textOf),
    thread: first(fields, THREAD, textOf),
    message: first(fields, MESSAGE, textOf) ?? error ?? '',
    error,
    trace: trace === null ? [] : trace.split('\n'),
  };
}

/** Parses a line that is a JSON object; returns null for other lines. */
export function jsonFields(text: string): JsonObject | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return null;
  try {
    return objectOrNull(JSON.parse(trimmed));
  } catch (error) {
    // Clojure maps also have braces.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Returns the time of a record as text; null if it has none. */
export function timeOf(fields: JsonObject): string | null {
  return first(fields, TIME, textOf);
}

function first(
  fields: JsonObject,
  names: readonly string[],
  read: (value: unknown) => string | null,
): string | null {
  for (const name of names) {
    const found = read(fields[name]);
    if (found !== null) return found;
  }
  return null;
}

function levelText(value: unknown): string | null {
  if (typeof value === 'number') return NUMBERS[value] ?? null;
  return textOf(value)?.toUpperCase() ?? null;
}

function errorText(value: unknown): string | null {
  const nested = objectOrNull(value);
  if (nested) return first(nested, ['message', 'msg', 'type', 'class'], textOf);
  const text = textOf(value)?.trim();
  return text === undefined || text === '' || NO_ERROR.test(text) ? null : text;
}

function traceText(value: unknown): string | null {
  return Array.isArray(value)
    ? value.filter((line) => typeof line === 'string').join('\n') || null
    : textOf(value);
}

/** pino and logstash put the stack trace into the error object. */
function nestedTrace(fields: JsonObject): string | null {
  for (const name of ERROR) {
    const nested = objectOrNull(fields[name]);
    const trace = nested && first(nested, TRACE, traceText);
    if (trace) return trace;
  }
  return null;
}
