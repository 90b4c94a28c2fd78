import type { JsonObject } from '../../json-value.ts';
import { keysIn } from '../build-key.ts';
import { jsonFields, jsonRecord, timeOf } from './json-record.ts';
import type { EvidenceLine } from './log-facts.ts';
import { parseRecord } from './parse-record.ts';

/** The maximum length of a message, so that the build behind it is shown. */
const MAX_LENGTH = 160;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/**
 * Returns a line for people. Of a JSON record, it has the level, the message, the field that names
 * the build, and the error. Other records are without their own time, next to the kubelet's, and
 * without their thread. Lines that are no record are unchanged.
 */
export function readableLine(line: EvidenceLine): EvidenceLine {
  const fields = jsonFields(line.text);
  return fields === null ? textLine(line) : jsonLine(line, fields);
}

function textLine(line: EvidenceLine): EvidenceLine {
  const head = line.time === '' ? null : parseRecord(line.text);
  if (head === null || head.level === null || !line.text.endsWith(head.message)) return line;
  const { level, namespace, message } = head;
  return { ...line, text: [level, namespace, message].filter((part) => part !== null).join(' ') };
}

function jsonLine(line: EvidenceLine, fields: JsonObject): EvidenceLine {
  const head = jsonRecord(line.text);
  if (head === null) return line;
  const { level, message, error, trace } = head;
  const failure = error !== null && !message.includes(error) ? error : (trace[0] ?? null);
  const build = namesBuild(message) ? null : buildField(fields, message);
  const parts = [
    [level, short(message)].filter((part) => part !== null && part !== '').join(' '),
    ...(build === null ? [] : [build]),
    ...(failure === null ? [] : [`error=${short(failure.trim())}`]),
  ];
  const own = timeOf(fields) ?? '';
  const time = line.time === '' && ISO.test(own) ? own : line.time;
  return { ...line, time, text: parts.join('; ') };
}

/** Returns `name=value` of the field that names a build, best by its project and number. */
function buildField(fields: JsonObject, message: string): string | null {
  const naming = Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'string' &&
    value !== message &&
    value.length <= MAX_LENGTH &&
    namesBuild(value)
      ? [{ field: `${name}=${value}`, isFull: keysIn(value).keys.length > 0 }]
      : [],
  );
  return (naming.find(({ isFull }) => isFull) ?? naming[0])?.field ?? null;
}

function namesBuild(text: string): boolean {
  const { keys, buildIds } = keysIn(text);
  return keys.length + buildIds.length > 0;
}

function short(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
