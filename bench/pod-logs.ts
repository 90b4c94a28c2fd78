import { fork } from 'node:child_process';
import { join } from 'node:path';
import { createKubernetesClient } from '../src/lib/kubernetes/api-client.ts';
import { logText } from '../src/lib/pods/logs/log-view.ts';
import { podLogs } from '../src/lib/pods/logs/pod-logs.ts';
import { makeCatalogue } from '../src/lib/services/catalogue.ts';
import { systemClock } from '../src/lib/terminal/system-clock.ts';
import { growth, liveMemory } from './live-memory.ts';
import { claim } from './measure.ts';

/**
 * `pods logs --follow` with 50 pods that together write 20,000 lines a second, from a server in
 * another process: the delay, the growth of memory, and the lines lost and repeated when half of
 * the streams are killed repeatedly. Then the maximum throughput. Memory is measured after garbage
 * collection, relative to the memory in use before.
 *
 *     node bench/pod-logs.ts
 */

const PODS = 50;
const RATE = 20_000 / PODS;

interface Measured {
  readonly lines: number;
  readonly lost: number;
  readonly repeated: number;
  readonly lagMs: number;
  /** Growth from the first half of the samples to the second. */
  readonly grownMiB: number;
  /** Peak above the memory in use before. */
  readonly heldMiB: number;
  readonly perSecond: number;
}

/** Follows the logs for a while, and checks every line. */
async function follow(rate: number, killEveryMs: number, seconds: number): Promise<Measured> {
  const server = fork(
    join(import.meta.dirname, 'log-server.ts'),
    [PODS, rate, killEveryMs].map(String),
    { execArgv: [] },
  );
  const port = await new Promise<unknown>((resolve) => server.once('message', resolve));
  const client = createKubernetesClient({
    connection: {
      target: { context: null, server: `http://127.0.0.1:${String(port)}`, namespace: 'bench' },
      basePath: '',
      proxyUrl: null,
      refreshable: false,
      credentials: async () => ({ headers: {}, tls: {} }),
    },
    requestTimeout: 30_000,
    clock: systemClock,
    random: Math.random,
    userAgent: 'bench',
  });
  const stop = new AbortController();
  const next = new Map<string, number>();
  const count = { lines: 0, lost: 0, repeated: 0, lagMs: 0 };
  const before = liveMemory();
  const samples: number[] = [];
  const started = Date.now();
  const sampling = setInterval(() => {
    // Sample only after the warm-up.
    if (Date.now() - started > seconds * 250) samples.push(liveMemory());
  }, 500);
  const stopping = setTimeout(() => stop.abort(), seconds * 1_000);
  const options = {
    follow: true,
    previous: false,
    sinceMs: null,
    tail: null,
    grep: null,
    container: null,
    maxStreams: PODS,
  };
  const choice = { names: [], services: [] };
  const context = { clock: systemClock, signal: stop.signal };
  const marks = { pod: true, timestamps: false, color: true };
  let bytes = 0;
  try {
    for await (const event of podLogs(client, makeCatalogue(), choice, options, context)) {
      if (event.kind !== 'lines') continue;
      // Format the lines for output, like the command does.
      bytes += event.lines.map((line) => logText(line, marks)).join('\n').length;
      for (const { source, text } of event.lines) {
        const number = Number(text.split(' ')[1]);
        const wanted = next.get(source.pod) ?? 0;
        if (number > wanted) count.lost += number - wanted;
        if (number < wanted) count.repeated += 1;
        next.set(source.pod, Math.max(wanted, number + 1));
      }
      count.lines += event.lines.length;
      const last = event.lines.at(-1);
      if (last) count.lagMs = Date.now() - Date.parse(last.time);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    clearInterval(sampling);
    clearTimeout(stopping);
    server.kill();
    await client.close();
  }
  const took = (Date.now() - started) / 1_000;
  // A pod without lines would hide delays and losses.
  if (next.size < PODS) throw new Error(`only ${next.size} of ${PODS} pods were heard`);
  console.log(
    `${count.lines} lines in ${took.toFixed(1)} s, ${Math.round(bytes / 1e6)} MB of text, ${next.size} pods`,
  );
  const heldMiB = Math.max(...samples) - before;
  return { ...count, grownMiB: growth(samples), heldMiB, perSecond: count.lines / took };
}

/** Claims a limit of memory, and prints which fraction of it is used. */
function claimMemory(text: string, measured: number, limit: number): void {
  claim(`${text}, ${(measured / limit).toFixed(2)} of the limit`, measured, limit, ' MiB');
}

const steady = await follow(RATE, 0, 12);
claim('behind, at 20,000 lines/s', steady.lagMs, 500, ' ms');
claim('lines lost', steady.lost, 0, '');
claimMemory('growth of memory', steady.grownMiB, 4);
claimMemory('memory held at the most', steady.heldMiB, 32);
const killed = await follow(RATE, 400, 12);
claim('behind, half of the streams killed every 0.4 s', killed.lagMs, 2_000, ' ms');
claim('lines lost then', killed.lost, 0, '');
claim('lines repeated then', killed.repeated, 0, '');
const most = await follow(20_000, 0, 12);
console.log(`at the most ${Math.round(most.perSecond)} lines/s (asked for 1,000,000)`);
claim('20,000 lines/s, of what it can take', 20_000 / most.perSecond, 1);
claimMemory('growth of memory when it cannot keep up', most.grownMiB, 32);
claimMemory('memory held at the most then', most.heldMiB, 64);
process.exit();
