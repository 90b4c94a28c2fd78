/** What a line without a head is within a stack trace. */
export type TraceLine =
  /** One call: of Java, Python, Go or Node. */
  | 'frame'
  /** `Caused by: ...`. */
  | 'cause'
  /** `java.net.ConnectException: Connection refused`. */
  | 'exception'
  /** Begins a report of a program that ends, whatever it wrote before. */
  | 'crash'
  | null;

const FRAME =
  /^\s*at [\w$.<>/@ -]+\(.*\)|^\s+at \S|^\s*\.\.\. \d+ (?:more|common frames|frames)|^\s+File ".*", line \d+|^\s+\S+\.go:\d+|^goroutine \d+ \[|^\s*\[*\[[\w$.*<>-]+ \w+ "[\w.]+" -?\d+\]/;
const CAUSE = /^\s*(?:Caused by|Suppressed|Wrapped by): /;
/** The cause itself: not one of an exception that was suppressed, which stands further in. */
const CAUSED_BY = /^ *Caused by: (?<cause>.*)$/;
/** Begins the report of a program that ends; the last one is Clojure's since 1.10 (clojure.main/ex-str). */
const CRASH =
  /^\s*(?:Exception in thread ".*"|panic: |fatal error: |Traceback \(most recent call last\)|(?:Execution|Syntax|Unexpected) error\b.* at .*\(\S+:-?\d+(?::-?\d+)?\)\.?$)/;
/** The class that such a report of Clojure names, without its package. */
const CLOJURE_CRASH = /^\s*(?:Execution|Unexpected) error \((?<name>[\w$]+)\)/;
const CLASS = String.raw`(?:[a-z_][\w$]*\.)+(?:[A-Z][\w$]*)?(?:ExceptionInfo|Exception|Error|Throwable|Failure)`;
/** An exception of Java as a word of its own. */
const EXCEPTION = new RegExp(String.raw`(?<![\w.$/])(${CLASS})(?![\w$.]\w)`);
/** One that was thrown, not only spoken of: what it says follows. */
const THROWN = new RegExp(String.raw`(?<![\w.$/])${CLASS}(?:: *\S| \{)|#error \{`);
const LEADING = new RegExp(String.raw`^(?:${CLASS})(?:: *\S| \{|\s*$)`);
/** The last line of a trace of Python. */
const PYTHON_END = /^(?<name>[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit))(?::|$)/;
/** What a message says that is dealt with already. */
const DEALT_WITH =
  /\b(?:retr(?:y|ying|ied|ies)|ignor\w*|expected|handled|recover\w*|attempt|suppress\w*|register\w*|configur\w*)\b/i;

/** What a line without a head is within a stack trace. */
export function traceLine(text: string): TraceLine {
  if (FRAME.test(text)) return 'frame';
  if (CAUSE.test(text)) return 'cause';
  if (CRASH.test(text)) return 'crash';
  return LEADING.test(text) || text.startsWith('#error {') ? 'exception' : null;
}

/** Whether a line tells of a thread in a dump of all threads, which is asked for and no error. */
export function isThreadOfDump(text: string): boolean {
  return /^"[^"]*" (?:#\d+ )?(?:\[\d+\] )?(?:daemon )?prio=\d/.test(text);
}

/** What a `Caused by` line says; null for others. */
export function causeIn(text: string): string | null {
  return CAUSED_BY.exec(text)?.groups?.['cause'] ?? null;
}

/** The class of the first exception that a text names; null where it names none. */
export function exceptionIn(text: string): string | null {
  if (text.startsWith('panic: ')) return 'panic';
  const reported = CLOJURE_CRASH.exec(text)?.groups?.['name'];
  if (reported !== undefined) return reported;
  if (!/Exception|Error|Throwable|Failure/.test(text)) return null;
  return EXCEPTION.exec(text)?.[1] ?? PYTHON_END.exec(text)?.groups?.['name'] ?? null;
}

/**
 * Whether a message that is no error by its level tells of an exception all the same. One that says it
 * tries again, or only names a class, does not.
 */
export function tellsOfException(message: string): boolean {
  if (!/Exception|Error|Throwable|Failure|#error/.test(message)) return false;
  return THROWN.test(message) && !DEALT_WITH.test(message);
}
