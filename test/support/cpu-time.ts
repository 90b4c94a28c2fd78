/**
 * Starts measuring CPU time, which does not depend on the load of the machine as elapsed time does.
 *
 * @returns a function that returns the CPU time since the start, in milliseconds
 */
export function cpuStopwatch(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
}

/** Runs synchronous work and returns its result and its CPU time. */
export function timed<T>(work: () => T): { readonly value: T; readonly cpuMs: number } {
  const stopwatch = cpuStopwatch();
  const value = work();
  return { value, cpuMs: stopwatch() };
}
