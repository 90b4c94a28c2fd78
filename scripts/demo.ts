import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A tour of the tool on a simulated installation in half a minute: every step prints the command
 * line that an administrator would type, and runs it.
 *
 * No build starts by itself or ends within the first minute of the simulation, so that all rows and
 * the next command show the same builds. The simulated clock runs faster only while a command waits
 * for pods, and while a drain waits for builds.
 */

const RUN = join(import.meta.dirname, '..', 'bin', 'run.js');
const state = mkdtempSync(join(tmpdir(), 'circleci-admin-demo-'));
const env: NodeJS.ProcessEnv = {
  ...process.env,
  CIRCLECI_ADMIN_STATE_DIR: state,
  // The demo is for people, even if its output is redirected.
  CIRCLECI_ADMIN_OUTPUT: 'table',
};

/** The exit code for findings, which a demo of a diagnosis expects. */
const FINDINGS = 9;
/** Sandbox seconds per second. At the first rate, the clocks stay close enough to cause no note. */
const WHILE_PODS_START = 3;
const WHILE_BUILDS_END = 240;

interface Running {
  /** Returns the output instead of showing it. */
  readonly capture?: boolean;
  /** Called with each piece of the messages on standard error, which are shown as well. */
  readonly onMessage?: (text: string) => void;
}

/** Runs a command line. */
function run(words: readonly string[], { capture, onMessage }: Running = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RUN, ...words], {
      env,
      stdio: ['ignore', capture ? 'pipe' : 'inherit', onMessage ? 'pipe' : 'inherit'],
    });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      process.stderr.write(chunk);
      onMessage?.(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 || code === FINDINGS) resolve(text);
      else reject(new Error(`circleci-admin ${words.join(' ')} ended with ${code}`));
    });
  });
}

function announce(about: string, words: readonly string[]): void {
  console.log(`\n# ${about}\n$ circleci-admin ${words.join(' ')}`);
}

async function step(about: string, ...words: readonly string[]): Promise<void> {
  announce(about, words);
  await run(words);
}

/** Sets the speed of the simulated clock. */
async function clock(rate: number): Promise<void> {
  await run(['sandbox', 'clock', '--rate', String(rate)], { capture: true });
}

interface Started {
  readonly environment: Readonly<Record<string, string>>;
}
interface Clients {
  readonly clients: readonly { readonly name: string; readonly runningBuilds: number }[];
}
interface Jobs {
  readonly jobs: readonly { readonly id: string }[];
}

async function answer<T>(...words: readonly string[]): Promise<T> {
  return JSON.parse(await run([...words, '--json'], { capture: true }));
}

try {
  const scenario = ['--scenario', 'too-large+job-lost', '--seed', '7'];
  const start = ['sandbox', 'start', '--detach', ...scenario];
  console.log(
    `# A simulated installation, on this machine only\n$ circleci-admin ${start.join(' ')}`,
  );
  Object.assign(env, (await answer<Started>(...start)).environment);
  console.log('$ eval "$(circleci-admin sandbox env)"');

  await step('Why are builds queued?', 'troubleshoot', 'queue');

  const [job] = (await answer<Jobs>('nomad', 'status', '--status', 'pending')).jobs;
  if (job) await step('Why is a build pending?', 'troubleshoot', 'build', job.id);

  await clock(WHILE_PODS_START);
  await step("Apply the guide's fix, and check again", 'troubleshoot', 'queue', '--fix', '--yes');
  await clock(1);

  await step('How much capacity is free?', 'nomad', 'node-status');
  const { clients } = await answer<Clients>('nomad', 'node-status');
  const busiest = clients.toSorted((a, b) => b.runningBuilds - a.runningBuilds)[0];
  if (busiest) {
    const drain = ['nomad', 'drain', busiest.name, '--yes'];
    announce('Drain a client. Its builds finish first; the simulated clock runs fast.', drain);
    let speedUp: Promise<void> | null = null;
    await run(drain, {
      onMessage: (text) => {
        if (text.includes('waits for')) speedUp ??= clock(WHILE_BUILDS_END);
      },
    });
    await speedUp;
  }
  const columns = ['--output', 'csv', '--columns', 'name,eligible,runningBuilds'];
  await step('For scripts: CSV, TSV, JSON or YAML', 'nomad', 'node-status', ...columns);
} finally {
  await run(['sandbox', 'stop'], { capture: true });
  rmSync(state, { recursive: true, force: true });
}
