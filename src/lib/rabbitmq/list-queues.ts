import { Writable } from 'node:stream';
import { mapBounded } from '../bounded.ts';
import { AdminError, isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { parseList } from './parse-list.ts';

/** A queue as listed by rabbitmqctl. */
export interface ListedQueue {
  readonly vhost: string;
  readonly name: string;
  /** Ready and unacknowledged messages. */
  readonly messages: number;
  /** Null if unknown; so is `consumers`. */
  readonly unacknowledged: number | null;
  readonly consumers: number | null;
}

/** The pod and container to run rabbitmqctl in. */
export interface RabbitmqContainer {
  readonly pod: string;
  readonly container: string;
}

/** The options of {@link listQueues}. */
export interface ListOptions {
  readonly signal: AbortSignal;
  /** Called whenever output arrives. */
  readonly onProgress: () => void;
}

const COLUMNS = ['name', 'messages', 'messages_unacknowledged', 'consumers'] as const;
/** The virtual host that CircleCI uses. */
const DEFAULT_VHOST = '/';
const MAX_VHOSTS = 20;
/** Each call starts an Erlang VM in the pod. */
const CALLS_AT_ONCE = 2;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Lists the queues of all virtual hosts with rabbitmqctl in RabbitMQ's pod. If the virtual hosts
 * cannot be listed, lists the queues of the default one.
 *
 * @throws AdminError like the KubernetesClient's `exec`; `service` RABBITMQCTL_FAILED with the
 *   error output; `notFound` NO_SUCH_COMMAND
 */
export async function listQueues(
  client: Pick<KubernetesClient, 'exec'>,
  container: RabbitmqContainer,
  options: ListOptions,
): Promise<readonly ListedQueue[]> {
  const run = (...words: readonly string[]): Promise<string> =>
    rabbitmqctl(client, container, words, options);
  const vhosts = await vhostsOf(run);
  const queues = await mapBounded(vhosts.slice(0, MAX_VHOSTS), CALLS_AT_ONCE, async (vhost) =>
    queuesIn(vhost, await run('list_queues', '-p', vhost, ...COLUMNS)),
  );
  return queues.flat();
}

type Run = (...words: readonly string[]) => Promise<string>;

async function vhostsOf(run: Run): Promise<readonly string[]> {
  try {
    const names = parseList(await run('list_vhosts', 'name'), ['name']);
    return names.flatMap(({ name }) => name ?? []);
  } catch (error) {
    if (isAdminError(error) && error.code === 'RABBITMQCTL_FAILED') return [DEFAULT_VHOST];
    throw error;
  }
}

function queuesIn(vhost: string, output: string): readonly ListedQueue[] {
  return parseList(output, COLUMNS).flatMap((row) => {
    const { name = null } = row;
    const messages = countOf(row['messages']);
    // A queue that is down has no message count: leave it out rather than report 0.
    if (name === null || messages === null) return [];
    const unacknowledged = countOf(row['messages_unacknowledged']);
    return { vhost, name, messages, unacknowledged, consumers: countOf(row['consumers']) };
  });
}

async function rabbitmqctl(
  client: Pick<KubernetesClient, 'exec'>,
  container: RabbitmqContainer,
  words: readonly string[],
  { signal, onProgress }: ListOptions,
): Promise<string> {
  const stdout = new BoundedOutput(onProgress);
  const stderr = new BoundedOutput(onProgress);
  const command = ['rabbitmqctl', '-q', ...words];
  const { exitCode } = await client.exec({ ...container, command, stdout, stderr, signal });
  if (exitCode === 0) return stdout.text();
  // Advice and usage follow after an empty line.
  const [error = ''] = (stderr.text() || stdout.text()).trim().split(/\n\s*\n/);
  const said = error.split('\n').slice(0, 3).join(' ');
  throw new AdminError(
    'service',
    `rabbitmqctl in pod ${container.pod} exited with ${exitCode}: ${said || 'no output'}`,
    {
      code: 'RABBITMQCTL_FAILED',
      hint: `Check the log of RabbitMQ: circleci-admin pods logs ${container.pod}`,
    },
  );
}

/** Collects the output of a command up to a maximum size. */
class BoundedOutput extends Writable {
  readonly #pieces: Uint8Array[] = [];
  readonly #onProgress: () => void;
  #length = 0;

  constructor(onProgress: () => void) {
    super();
    this.#onProgress = onProgress;
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#onProgress();
    if (this.#length < MAX_BYTES) this.#pieces.push(chunk);
    this.#length += chunk.length;
    done();
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}

function countOf(text: string | null | undefined): number | null {
  return text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
