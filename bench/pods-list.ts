import { readFileSync } from 'node:fs';
import { RUN, startSandbox } from './bench-sandbox.ts';
import { claim, type Timed, timeInTurn } from './measure.ts';

/**
 * Time of whole `pods list`, `services list` and `pods logs` processes relative to a bare Node
 * program that asks the same API server for the same pods over HTTPS and prints their names: what
 * is above 1 is the price of the tool, not of Node's TLS or of the server.
 *
 *     node bench/pods-list.ts [ROUNDS]
 */

const node = process.execPath;
const rounds = Number(process.argv[2] ?? 15);

/** Prints the names and phases of the pods at URL. */
const BARE = `
const { URL: url, TOKEN: token, CA: ca } = process.env;
require('node:https').get(url, { ca, headers: { authorization: 'Bearer ' + token } }, (response) => {
  const pieces = [];
  response.on('data', (piece) => pieces.push(piece));
  response.on('end', () => {
    const { items } = JSON.parse(Buffer.concat(pieces));
    for (const { metadata, status } of items) console.log(metadata.name, status.phase);
    process.exit();
  });
});`;

/** Returns the environment of the bare program, from the sandbox's kubeconfig. */
function bareEnvironment(kubeconfig: string): Record<string, string> {
  const text = readFileSync(kubeconfig, 'utf8');
  const field = (name: string): string => new RegExp(`${name}: (\\S+)`).exec(text)?.[1] ?? '';
  return {
    URL: `${field('server')}/api/v1/namespaces/${field('namespace')}/pods?limit=500`,
    TOKEN: field('token'),
    CA: Buffer.from(field('certificate-authority-data'), 'base64').toString(),
  };
}

using sandbox = startSandbox();
const { environment } = sandbox;
const ours = (name: string, ...words: string[]): Timed => ({
  name,
  argv: [node, RUN, ...words],
  env: environment,
});
const medians = timeInTurn(
  [
    {
      name: 'bare',
      argv: [node, '-e', BARE],
      env: bareEnvironment(environment['KUBECONFIG'] ?? ''),
    },
    ours('version', '--version'),
    ours('pods', 'pods', 'list'),
    ours('services', 'services', 'list'),
    ours('logs', 'pods', 'logs', 'frontend', '--tail', '5'),
  ],
  rounds,
);
const floor = medians.get('bare') ?? Number.NaN;
const ratio = (name: string): number => (medians.get(name) ?? Number.NaN) / floor;
console.log(`the list by a bare Node program: ${floor.toFixed(1)} ms (median of ${rounds})`);
console.log(`--version: ${ratio('version').toFixed(2)}x`);
claim('pods list', ratio('pods'), 2.5);
claim('services list', ratio('services'), 2.8);
claim('pods logs --tail 5', ratio('logs'), 2.8);
