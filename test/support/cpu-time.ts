/**
 * Counts processor time from now on. Unlike time on the wall it does not grow with what else the
 * machine does.
 *
 * @returns the milliseconds so far
 */
export function cpuStopwatch(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
}

/** Does synchronous work, and says what it comes to and how much processor time it took. */
export function timed<T>(work: () => T): { readonly value: T; readonly cpuMs: number } {
  const stopwatch = cpuStopwatch();
  const value = work();
  return { value, cpuMs: stopwatch() };
}
