import { RUN, startSandbox } from './bench-sandbox.ts';
import { claim, type Timed, timeInTurn } from './measure.ts';

/**
 * Start-up time of whole processes relative to a bare `node -e 0` of the same Node: `--version`,
 * `--help` and one `nomad node-status`, direct and through the pod proxy of a Kubernetes API.
 *
 *     node bench/startup.ts [ROUNDS]
 */

const node = process.execPath;
const rounds = Number(process.argv[2] ?? 15);

using sandbox = startSandbox();
const { environment } = sandbox;
const { NOMAD_ADDR, ...cluster } = environment;
const ours = (name: string, words: readonly string[], env: Timed['env'] = {}): Timed => ({
  name,
  argv: [node, RUN, ...words],
  env,
});
const medians = timeInTurn(
  [
    { name: 'node', argv: [node, '-e', '0'] },
    ours('version', ['--version']),
    ours('help', ['--help']),
    ours('direct', ['nomad', 'node-status'], { ...cluster, NOMAD_ADDR }),
    ours('proxy', ['nomad', 'node-status', '--nomad-access', 'proxy'], cluster),
  ],
  rounds,
);
const floor = medians.get('node') ?? Number.NaN;
const ratio = (name: string): number => (medians.get(name) ?? Number.NaN) / floor;
console.log(`node -e 0: ${floor.toFixed(1)} ms (median of ${rounds})`);
claim('--version', ratio('version'), 2.2);
claim('--help', ratio('help'), 2.6);
claim('nomad node-status, direct', ratio('direct'), 4);
claim('nomad node-status, pod proxy', ratio('proxy'), 5);
console.log(`pod proxy: ${(medians.get('proxy') ?? Number.NaN).toFixed(0)} ms as a whole`);
