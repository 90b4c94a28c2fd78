import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { claim } from './measure.ts';
import { median } from './median.ts';

/**
 * `nomad node-status` with 5,000 clients and 50,000 allocations from a server in another process:
 * requests, wall time and peak memory, compared to one request per client (which is how the nomad
 * CLI counts the running builds of `node status -allocs`).
 *
 *     node bench/node-status.ts
 */

const RUN = join(import.meta.dirname, '..', 'bin', 'run.js');
const node = process.execPath;
const state = mkdtempSync(join(tmpdir(), 'bench-node-status-'));

const PEAK = pathToFileURL(join(import.meta.dirname, 'print-peak.mjs')).href;

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const started = process.hrtime.bigint();
  const result = spawnSync(
    node,
    [...(env['NOMAD_ADDR'] ? ['--import', PEAK] : []), RUN, ...words],
    {
      env: { ...process.env, CIRCLECI_ADMIN_STATE_DIR: state, ...env },
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    },
  );
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (result.status !== 0) throw new Error(result.stderr);
  const requests = result.stderr.split('\n').filter((line) => line.startsWith('debug: GET')).length;
  const peakMiB = Number(/^peak-kib (\d+)$/m.exec(result.stderr)?.[1]) / 1024;
  return { seconds, peakMiB, requests, stdout: result.stdout };
}

/** Does what a tool with one request per client does: sequential requests, like the nomad CLI. */
async function onePerClient(address: string): Promise<number> {
  const get = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      request(`${address}${path}`, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      })
        .on('error', reject)
        .end();
    });
  const started = process.hrtime.bigint();
  const nodes: { ID: string }[] = JSON.parse(await get('/v1/nodes'));
  for (const { ID } of nodes) JSON.parse(await get(`/v1/node/${ID}/allocations`));
  return Number(process.hrtime.bigint() - started) / 1e9;
}

const { environment } = JSON.parse(
  run(['sandbox', 'start', '--detach', '--json', '--clients', '5000', '--builds', '50000']).stdout,
);
try {
  const ours = [1, 2, 3, 4, 5].map(() => run(['nomad', 'node-status', '--debug'], environment));
  const [first] = ours;
  if (!first) throw new Error('nothing was measured');
  const seconds = median(ours.map((one) => one.seconds));
  console.log(`${first.stdout.trim().split('\n').length} clients listed`);
  claim('requests', first.requests, 3, '');
  claim('wall time, median of 5', seconds, 1, ' s');
  // When garbage is collected makes a difference of 20 MiB from one run to the next.
  const peakMiB = median(ours.map((one) => one.peakMiB));
  claim('peak memory, median of 5', peakMiB, 144, ' MiB');
  const each = await onePerClient(environment.NOMAD_ADDR);
  console.log(`one request per client: ${each.toFixed(1)} s, ${(each / seconds).toFixed(1)}x ours`);
} finally {
  run(['sandbox', 'stop']);
  rmSync(state, { recursive: true, force: true });
}
