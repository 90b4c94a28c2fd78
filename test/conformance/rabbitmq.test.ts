import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesClient } from '../../src/lib/kubernetes/client.ts';
import { listQueues } from '../../src/lib/rabbitmq/list-queues.ts';
import { parseList } from '../../src/lib/rabbitmq/parse-list.ts';
import type { QueueCounts } from '../../src/lib/sandbox/pipeline/broker.ts';
import { rabbitmqPod } from '../../src/lib/sandbox/pipeline/rabbitmq-pod.ts';
import { failure } from '../lib/http/loopback.ts';
import { hasRabbitMq, RabbitMqNode, type Said } from './rabbitmq-node.ts';

/** Compares the listing of queues, and the sandbox's rabbitmqctl, with a real RabbitMQ. */

const PLACE = { pod: 'circleci-rabbitmq-0', container: 'rabbitmq' };

/** The queues of the node and of the sandbox. */
const QUEUES: readonly QueueCounts[] = [
  { name: 'usage-queue', ready: 0, unacknowledged: 0, consumers: 1 },
  { name: 'run-queue', ready: 9, unacknowledged: 3, consumers: 0 },
  { name: 'nomad-tasks', ready: 0, unacknowledged: 0, consumers: 0 },
];

const declare = (vhost: string, names: readonly string[]): string =>
  `[rabbit_amqqueue:declare(rabbit_misc:r(<<"${vhost}">>, queue, N), true, false, [], none, <<"test">>)
   || N <- [${names.map((name) => `<<"${name}">>`).join(', ')}]].`;

const PUBLISH = `[rabbit_basic:publish(rabbit_misc:r(<<"/">>, exchange, <<>>), <<"run-queue">>, [], <<"task">>)
  || _ <- lists:seq(1, 12)].`;

/** A client that takes three messages without an acknowledgement, and consumes another queue. */
const TAKE = `Asker = self(),
  spawn(fun() ->
    {ok, _} = application:ensure_all_started(amqp_client),
    {ok, Connection} = amqp_connection:start(
      {amqp_params_direct, <<"guest">>, <<"guest">>, <<"/">>, node(), none, []}),
    {ok, Channel} = amqp_connection:open_channel(Connection),
    [amqp_channel:call(Channel, {'basic.get', 0, <<"run-queue">>, false}) || _ <- lists:seq(1, 3)],
    amqp_channel:subscribe(Channel,
      {'basic.consume', 0, <<"usage-queue">>, <<>>, false, false, false, false, []}, self()),
    Asker ! taken,
    receive stop -> ok end
  end),
  receive taken -> ok end.`;

let directory: string;
let node: RabbitMqNode;

/** Returns a Kubernetes client that runs rabbitmqctl in the real node. */
function client(vary: (words: readonly string[]) => readonly string[] = (words) => words) {
  const exec: KubernetesClient['exec'] = async ({ command, stdout, stderr }) => {
    const [program, ...words] = command;
    expect(program).toBe('rabbitmqctl');
    const said = await node.ctl(...vary(words));
    stdout?.write(said.stdout);
    stderr?.write(said.stderr);
    return { exitCode: said.code };
  };
  return { exec };
}

const list = (vary?: (words: readonly string[]) => readonly string[]) =>
  listQueues(client(vary), PLACE, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });

/** Runs rabbitmqctl in the sandbox. */
async function simulated(words: readonly string[]): Promise<Said> {
  let stdout = '';
  let stderr = '';
  const code = await rabbitmqPod(PLACE.pod, () => QUEUES).exec(['rabbitmqctl', ...words], {
    stdin: Readable.from([]),
    stdout: (data) => {
      stdout += String(data);
    },
    stderr: (data) => {
      stderr += String(data);
    },
    tty: false,
    signal: new AbortController().signal,
  });
  return { code, stdout, stderr };
}

/**
 * Sorts the lines, because their order depends on hashes; of an error, keeps only the first line.
 */
function comparable({ code, stdout, stderr }: Said): unknown {
  const lines = stdout.split('\n').map((line) => line.replace(/^,\{/, '{'));
  const heads = stderr.split('\n').filter((line) => line !== '');
  return { code, lines: lines.toSorted(), error: heads.slice(0, code === 0 ? 0 : 1) };
}

describe.skipIf(!hasRabbitMq())('RabbitMQ', () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rabbitmq-'));
    node = await RabbitMqNode.start(directory);
    await node.evaluate(declare('/', ['usage-queue', 'run-queue', 'nomad-tasks']));
    await node.evaluate(PUBLISH);
    await node.evaluate(TAKE);
  });

  afterAll(async () => {
    await node?.stop();
    rmSync(directory, { recursive: true });
  });

  test.each([
    [['list_queues']],
    [['-q', 'list_queues']],
    [['-s', 'list_queues', 'messages', 'name']],
    [['-q', '--no-table-headers', 'list_queues', 'name,messages_ready']],
    [['-q', 'list_queues', 'name', 'messages', 'messages_unacknowledged', 'consumers']],
    [['list_queues', 'name', 'durable', 'auto_delete', 'state']],
    [['--formatter', 'json', 'list_queues', 'name', 'messages', 'consumers']],
    [['list_queues', '--formatter=json', '-q']],
    [['list_queues', '--timeout', '7', 'name']],
    [['list_queues', '-p', 'nope']],
    [['-q', 'list_queues', '-p', 'nope', 'name']],
    [['--formatter', 'json', 'list_queues', '-p', 'nope']],
    [['list_vhosts']],
    [['-q', 'list_vhosts', 'name', 'tracing']],
    [['-s', 'list_vhosts']],
    [['list_vhosts', '--formatter', 'json']],
    [['list_queues', 'colour']],
    [['list_vhosts', 'colour']],
    [['list_unicorns']],
  ])('rabbitmqctl %j gives the same output in the sandbox', async (words) => {
    expect(comparable(await simulated(words))).toEqual(comparable(await node.ctl(...words)));
  });

  const USUAL = QUEUES.map(({ name, ready, unacknowledged, consumers }) => ({
    ...{ vhost: '/', name, messages: ready + unacknowledged },
    ...{ unacknowledged, consumers },
  })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const byName = async (queues: ReturnType<typeof list>) =>
    (await queues).toSorted((a, b) => (a.name < b.name ? -1 : 1));

  test.each([
    ['with our own options', (words: readonly string[]) => words],
    ['with additional messages in the output', (words: readonly string[]) => words.slice(1)],
    ['with -s', (words: readonly string[]) => ['-s', ...words.slice(1)]],
    ['in JSON', (words: readonly string[]) => ['--formatter', 'json', ...words]],
  ])('queues can be read %s', async (_, vary) => {
    expect(await byName(list(vary))).toEqual(USUAL);
  });

  test('a missing virtual host has no queues', async () => {
    const { code, stdout } = await node.ctl('-q', 'list_queues', '-p', 'nope', 'name');
    expect({ code, rows: parseList(stdout, ['name']) }).toEqual({ code: 0, rows: [] });
  });

  test('virtual hosts with spaces in their names are listed, and one that is down is not', async () => {
    for (const name of ['two words', 'halted']) {
      await node.ctl('add_vhost', name);
      await node.evaluate(declare(name, ['a queue']));
    }
    await node.evaluate('rabbit_vhost_sup_sup:stop_and_delete_vhost(<<"halted">>).');
    const down = await node.ctl('-q', 'list_queues', '-p', 'halted', 'name', 'messages');
    expect(parseList(down.stdout, ['name', 'messages'])).toEqual([
      { name: 'a queue', messages: null },
    ]);
    const others = (await list()).filter(({ vhost }) => vhost !== '/');
    expect(others).toEqual([
      { vhost: 'two words', name: 'a queue', messages: 0, unacknowledged: 0, consumers: 0 },
    ]);
  });

  test('a missing node and a wrong cookie are reported', async () => {
    const gone = await failure(list((words) => ['-n', 'nobody@localhost', ...words]));
    expect(gone).toMatchObject({ kind: 'service', code: 'RABBITMQCTL_FAILED' });
    const message =
      /exited with 69: Error: unable to perform .* 'nobody@localhost'\. [^\n]* suggestions below\.$/;
    expect(gone).toHaveProperty('message', expect.stringMatching(message));
    const stranger = await failure(list((words) => ['--erlang-cookie', 'other', ...words]));
    expect(stranger).toMatchObject({ kind: 'service', code: 'RABBITMQCTL_FAILED' });
  });
});
