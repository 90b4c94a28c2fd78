import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A tour of the tool on a simulated installation in less than a minute: every step prints the
 * command line that an administrator would type, and runs it.
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

/** Runs a command line; with `capture`, returns its output instead of showing it. */
function run(words: readonly string[], capture = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RUN, ...words], {
      env,
      stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
    });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 || code === FINDINGS) resolve(text);
      else reject(new Error(`circleci-admin ${words.join(' ')} ended with ${code}`));
    });
  });
}

async function step(about: string, ...words: readonly string[]): Promise<void> {
  console.log(`\n# ${about}\n$ circleci-admin ${words.join(' ')}`);
  await run(words);
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
  return JSON.parse(await run([...words, '--json'], true));
}

try {
  const start = ['sandbox', 'start', '--detach', '--scenario', 'demo+job-lost', '--seed', '7'];
  console.log(
    `# A simulated installation, on this machine only\n$ circleci-admin ${start.join(' ')}`,
  );
  Object.assign(env, (await answer<Started>(...start)).environment);
  console.log('$ eval "$(circleci-admin sandbox env)"');

  await step('Why are builds queued?', 'troubleshoot', 'queue');
  await step("Apply the guide's fix, and check again", 'troubleshoot', 'queue', '--fix', '--yes');

  const [job] = (await answer<Jobs>('nomad', 'status', '--status', 'pending')).jobs;
  if (job) await step('Why is a build pending?', 'troubleshoot', 'build', job.id);

  await step('How much capacity is free?', 'nomad', 'node-status');
  const { clients } = await answer<Clients>('nomad', 'node-status');
  // Builds take minutes: speed up the simulated clock.
  await run(['sandbox', 'clock', '--rate', '30'], true);
  const busiest = clients.toSorted((a, b) => b.runningBuilds - a.runningBuilds)[0];
  if (busiest) {
    const drain = ['nomad', 'drain', busiest.name, '--yes'];
    await step('Drain a client. Its builds finish first.', ...drain);
  }
  const columns = ['--output', 'csv', '--columns', 'name,eligible,runningBuilds'];
  await step('For scripts: CSV, TSV, JSON or YAML', 'nomad', 'node-status', ...columns);
} finally {
  await run(['sandbox', 'stop'], true);
  rmSync(state, { recursive: true, force: true });
}
