import { tint } from '../../terminal/tint.ts';
import type { SourcedLine } from './merge-lines.ts';
import type { LogSource } from './read-log.ts';

/** What to show with each line. */
export interface LogMarks {
  /** Whether to show the pod and container. */
  readonly pod: boolean;
  /** Whether to show the time. */
  readonly timestamps: boolean;
  readonly color: boolean;
}

/**
 * Formats a line for people. The pod, and the container if its name differs, have a colour of their
 * own.
 */
export function logText({ source, time, text }: SourcedLine<LogSource>, marks: LogMarks): string {
  const stamped = marks.timestamps ? `${time} ${text}` : text;
  return marks.pod ? `${tint(sourceText(source), source.pod, marks.color)} ${stamped}` : stamped;
}

/** Returns the pod's name, with the container's unless the pod's name starts with it. */
export function sourceText({ pod, container }: LogSource): string {
  return pod.startsWith(container) ? pod : `${pod}/${container}`;
}

/** Returns a line as a JSON document. */
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
