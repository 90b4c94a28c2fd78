import { tint } from '../../terminal/tint.ts';
import type { SourcedLine } from './merge-lines.ts';
import type { LogSource } from './read-log.ts';

/** What stands in front of a line. */
export interface LogMarks {
  /** Which pod it is from. */
  readonly pod: boolean;
  /** When it was written. */
  readonly timestamps: boolean;
  readonly color: boolean;
}

/** A line for people; its pod, and its container where that is called otherwise, in a colour of its own. */
export function logText({ source, time, text }: SourcedLine<LogSource>, marks: LogMarks): string {
  const stamped = marks.timestamps ? `${time} ${text}` : text;
  return marks.pod ? `${tint(sourceText(source), source.pod, marks.color)} ${stamped}` : stamped;
}

/** Which container of which pod. */
export function sourceText({ pod, container }: LogSource): string {
  return pod.startsWith(container) ? pod : `${pod}/${container}`;
}

/** A line for programs. */
export function logDocument({ source, time, text }: SourcedLine<LogSource>): {
  readonly time: string;
  readonly pod: string;
  readonly container: string;
  readonly service: string | null;
  readonly text: string;
} {
  const { pod, container, service } = source;
  return { time, pod, container, service, text };
}
