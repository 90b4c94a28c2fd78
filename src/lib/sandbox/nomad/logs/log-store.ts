import type { SandboxClock } from '../../clock.ts';
import type { AllocationRecord, TaskRecord } from '../records.ts';
import { agentLine, farewell, greeting, LINE_EVERY_MS } from './build-output.ts';
import { RotatingLog, type Rotation } from './rotating-log.ts';

/** The output stream of a task. */
export type LogType = 'stdout' | 'stderr';

interface TaskLogs {
  readonly stdout: RotatingLog;
  readonly stderr: RotatingLog;
  /** The number of generated agent lines written so far. */
  lines: number;
  ended: boolean;
}

/**
 * The log files of the clients. The regular output of a build agent is derived from its start time
 * and generated on the first read, so that unread logs of 50,000 builds cost nothing.
 */
export class LogStore {
  readonly #clock: SandboxClock;
  readonly #rotation: Rotation;
  readonly #chatter: boolean;
  readonly #logs = new Map<string, TaskLogs>();
  readonly #collected = new Set<string>();
  readonly #broken = new Map<string, string>();
  #trouble: (at: number) => string | null = () => null;

  constructor(clock: SandboxClock, rotation: Rotation, chatter: boolean) {
    this.#clock = clock;
    this.#rotation = rotation;
    this.#chatter = chatter;
  }

  /**
   * Sets a function that returns what agents log at a time in place of their usual lines; null for
   * those.
   */
  setTrouble(trouble: (at: number) => string | null): void {
    this.#trouble = trouble;
  }

  /** Returns the log of a task, generated up to the current time. */
  open(allocation: AllocationRecord, task: TaskRecord, type: LogType): RotatingLog {
    const logs = this.#of(allocation, task.name);
    if (this.#chatter) this.#write(logs, allocation, task);
    return logs[type];
  }

  /** Appends other data to a task's log. */
  append(allocation: AllocationRecord, task: TaskRecord, type: LogType, data: Buffer): void {
    this.open(allocation, task, type).append(data);
  }

  /** Marks an allocation's directory as deleted by the client's garbage collection. */
  collect(allocationId: string): void {
    this.#collected.add(allocationId);
  }

  isCollected(allocationId: string): boolean {
    return this.#collected.has(allocationId);
  }

  /** Makes the next stream of an allocation's log end with this raw text. */
  breakNext(allocationId: string, text: string): void {
    this.#broken.set(allocationId, text);
  }

  /** Returns the text that breaks the next stream, and clears it. */
  takeBreak(allocationId: string): string | null {
    const text = this.#broken.get(allocationId) ?? null;
    this.#broken.delete(allocationId);
    return text;
  }

  #of(allocation: AllocationRecord, task: string): TaskLogs {
    const key = `${allocation.id}/${task}`;
    const known = this.#logs.get(key);
    if (known !== undefined) return known;
    const made: TaskLogs = {
      stdout: new RotatingLog(this.#rotation),
      stderr: new RotatingLog(this.#rotation),
      lines: 0,
      ended: false,
    };
    this.#logs.set(key, made);
    return made;
  }

  #write(logs: TaskLogs, allocation: AllocationRecord, task: TaskRecord): void {
    if (task.startedAt === null || logs.ended) return;
    const started = Number(task.startedAt / 1_000_000n);
    const finished = task.finishedAt === null ? null : Number(task.finishedAt / 1_000_000n);
    const until = finished ?? this.#clock.nowMs();
    if (logs.lines === 0) logs.stdout.append(Buffer.from(greeting(allocation.job.id)));
    let text = '';
    for (; started + logs.lines * LINE_EVERY_MS <= until; logs.lines += 1) {
      const at = new Date(started + logs.lines * LINE_EVERY_MS);
      text += this.#trouble(at.getTime()) ?? agentLine(logs.lines, at, allocation.job.id);
    }
    if (finished !== null) {
      logs.ended = true;
      const killed = task.events.some((event) => event.type === 'Killed');
      if (!killed) text += farewell(new Date(finished), task.failed);
    }
    if (text !== '') logs.stderr.append(Buffer.from(text));
  }
}
