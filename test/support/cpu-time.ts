/** What synchronous work comes to, and how much processor time it takes. */
export interface Timed<T> {
  readonly value: T;
  /** Milliseconds. Unlike time on the wall it does not grow with what else the machine does. */
  readonly cpuMs: number;
}

/** Does synchronous work, and times it. */
export function timed<T>(work: () => T): Timed<T> {
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { value, cpuMs: (user + system) / 1_000 };
}
