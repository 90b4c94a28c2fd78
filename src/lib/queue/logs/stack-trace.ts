/** The role of a line without a record head in a stack trace. */
export type TraceLine =
  /** A call in Java, Python, Go or Node. */
  | 'frame'
  /** `Caused by: ...`. */
  | 'cause'
  /** `java.net.ConnectException: Connection refused`. */
  | 'exception'
  /** The start of a crash report, independent of earlier records. */
  | 'crash'
  | null;

const FRAME =
  /^\s*at [\w$.<>/@ -]+\(.*\)|^\s+at \S|^\s*\.\.\. \d+ (?:more|common frames|frames)|^\s+File ".*", line \d+|^\s+\S+\.go:\d+|^goroutine \d+ \[|^\s*\[*\[[\w$.*<>-]+ \w+ "[\w.]+" -?\d+\]/;
const CAUSE = /^\s*(?:Caused by|Suppressed|Wrapped by): /;
/** Excludes the causes of suppressed exceptions, which are indented further. */
const CAUSED_BY = /^ *Caused by: (?<cause>.*)$/;
/**
 * The start of a crash report; the last alternative is Clojure's since 1.10 (clojure.main/ex-str).
 */
const CRASH =
  /^\s*(?:Exception in thread ".*"|panic: |fatal error: |Traceback \(most recent call last\)|(?:Execution|Syntax|Unexpected) error\b.* at .*\(\S+:-?\d+(?::-?\d+)?\)\.?$)/;
/** The simple class name in a crash report of Clojure. */
const CLOJURE_CRASH = /^\s*(?:Execution|Unexpected) error \((?<name>[\w$]+)\)/;
const CLASS = String.raw`(?:[a-z_][\w$]*\.)+(?:[A-Z][\w$]*)?(?:ExceptionInfo|Exception|Error|Throwable|Failure)`;
/** A Java exception class as a separate word. */
const EXCEPTION = new RegExp(String.raw`(?<![\w.$/])(${CLASS})(?![\w$.]\w)`);
/** An exception that was thrown and not just mentioned: its message follows. */
const THROWN = new RegExp(String.raw`(?<![\w.$/])${CLASS}(?:: *\S| \{)|#error \{`);
const LEADING = new RegExp(String.raw`^(?:${CLASS})(?:: *\S| \{|\s*$)`);
/** The last line of a Python traceback. */
const PYTHON_END = /^(?<name>[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit))(?::|$)/;
/** Words of a message about an exception that is already handled. */
const HANDLED =
  /\b(?:retr(?:y|ying|ied|ies)|ignor\w*|expected|handled|recover\w*|attempt|suppress\w*|register\w*|configur\w*)\b/i;

/** Returns the role of a line without a record head in a stack trace. */
export function traceLine(text: string): TraceLine {
  if (FRAME.test(text)) return 'frame';
  if (CAUSE.test(text)) return 'cause';
  if (CRASH.test(text)) return 'crash';
  return LEADING.test(text) || text.startsWith('#error {') ? 'exception' : null;
}

/** Returns whether a line belongs to a thread dump, which is requested and not an error. */
export function isThreadOfDump(text: string): boolean {
  return /^"[^"]*" (?:#\d+ )?(?:\[\d+\] )?(?:daemon )?prio=\d/.test(text);
}

/** Returns the text after `Caused by:`; null for other lines. */
export function causeIn(text: string): string | null {
  return CAUSED_BY.exec(text)?.groups?.['cause'] ?? null;
}

/** Returns the class of the first exception in a text; null if there is none. */
export function exceptionIn(text: string): string | null {
  if (text.startsWith('panic: ')) return 'panic';
  const reported = CLOJURE_CRASH.exec(text)?.groups?.['name'];
  if (reported !== undefined) return reported;
  if (!/Exception|Error|Throwable|Failure/.test(text)) return null;
  return EXCEPTION.exec(text)?.[1] ?? PYTHON_END.exec(text)?.groups?.['name'] ?? null;
}

/**
 * Returns whether a message below the level of an error reports a thrown exception. A message about
 * a retry, or one that only mentions a class, does not.
 */
export function namesException(message: string): boolean {
  if (!/Exception|Error|Throwable|Failure|#error/.test(message)) return false;
  return THROWN.test(message) && !HANDLED.test(message);
}
