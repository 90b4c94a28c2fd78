const STEPS = [
  'Spin up environment',
  'Preparing environment variables',
  'Checkout code',
  'Restoring cache',
  'Install dependencies',
  'Run tests',
  'Saving cache',
  'Uploading test results',
  'Uploading artifacts',
];

/** The interval between the lines of a build agent, in milliseconds. */
export const LINE_EVERY_MS = 2_000;

/** Returns the first line of a build agent's standard output. */
export function greeting(jobId: string): string {
  return `Launching build agent for ${jobId}\n`;
}

/** Returns line number `n` of a build agent's standard error. */
export function agentLine(n: number, at: Date, jobId: string): string {
  const step = STEPS[Math.floor(n / 4) % STEPS.length] ?? '';
  const time = at.toISOString();
  switch (n % 4) {
    case 0:
      return `${JSON.stringify({ level: 'info', time, msg: 'step started', step, task: jobId })}\n`;
    case 1:
      return `${time} build-agent: ${step}: running\n`;
    case 2:
      return `${JSON.stringify({ level: 'debug', time, msg: 'heartbeat', sequence: n })}\n`;
    default:
      return `${JSON.stringify({ level: 'info', time, msg: 'step finished', step, exit_code: 0 })}\n`;
  }
}

/** Returns the last line of a build agent that exits by itself. */
export function farewell(at: Date, failed: boolean): string {
  const level = failed ? 'error' : 'info';
  const msg = failed ? 'build failed' : 'build finished';
  return `${JSON.stringify({ level, time: at.toISOString(), msg })}\n`;
}
