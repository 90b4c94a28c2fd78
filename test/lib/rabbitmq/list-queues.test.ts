import { describe, expect, it, onTestFinished } from 'vitest';
import { listQueues } from '../../../src/lib/rabbitmq/list-queues.ts';
import {
  NoSuchCommandError,
  type PodBackend,
} from '../../../src/lib/sandbox/kubernetes/pod-backend.ts';
import { ADMIN_TOKEN } from '../../../src/lib/sandbox/kubernetes/scenario.ts';
import { failure } from '../http/loopback.ts';
import { clientOf, connectionTo } from '../kubernetes/api-server.ts';
import { startRig } from '../sandbox/kubernetes/rig.ts';

const PLACE = { pod: 'circleci-rabbitmq-0', container: 'circleci-rabbitmq' };
const HEADERS = 'name\tmessages\tmessages_unacknowledged\tconsumers\n';

type Answer = { readonly stdout?: string; readonly stderr?: string; readonly exitCode?: number };

/** A RabbitMQ pod that answers commands by their words, and a record of the commands. */
async function rabbit(answers: Readonly<Record<string, Answer>>) {
  const asked: string[] = [];
  const backend: PodBackend = {
    ports: {},
    exec: async ([program, ...words], io) => {
      if (program !== 'rabbitmqctl' || Object.keys(answers).length === 0) {
        throw new NoSuchCommandError();
      }
      asked.push(words.join(' '));
      const key = Object.keys(answers).find((one) => words.join(' ').includes(one));
      const { stdout = '', stderr = '', exitCode = 0 } = answers[key ?? ''] ?? { exitCode: 64 };
      io.stdout(stdout);
      io.stderr(stderr);
      return exitCode;
    },
  };
  const pods = [{ name: 'circleci-rabbitmq', kind: 'StatefulSet' as const }];
  const rig = await startRig({ pods }, { 'circleci-rabbitmq-0': backend });
  onTestFinished(() => rig.stop());
  const credentials = async () => ({
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    tls: {},
  });
  const client = clientOf(connectionTo(rig.sandbox.url, { credentials }), rig.clock);
  const { signal } = new AbortController();
  return { asked, list: () => listQueues(client, PLACE, { signal, onProgress: () => undefined }) };
}

describe('listQueues', () => {
  it('lists all virtual hosts, and leaves out queues without a message count', async () => {
    const { asked, list } = await rabbit({
      list_vhosts: { stdout: 'name\n/\nci\n' },
      '-p / ': { stdout: `${HEADERS}run-queue\t12\t3\t0\ndown\t\t\t\n` },
      '-p ci ': { stdout: `${HEADERS}usage\t0\t0\t\n` },
    });
    expect(await list()).toEqual([
      { vhost: '/', name: 'run-queue', messages: 12, unacknowledged: 3, consumers: 0 },
      { vhost: 'ci', name: 'usage', messages: 0, unacknowledged: 0, consumers: null },
    ]);
    expect(asked).toEqual([
      '-q list_vhosts name',
      '-q list_queues -p / name messages messages_unacknowledged consumers',
      '-q list_queues -p ci name messages messages_unacknowledged consumers',
    ]);
  });

  it('uses the default virtual host if the list cannot be read', async () => {
    const { list } = await rabbit({ '-p / ': { stdout: `${HEADERS}run-queue\t1\t0\t1\n` } });
    expect(await list()).toHaveLength(1);
  });

  it('reports the error output of rabbitmqctl', async () => {
    const { list } = await rabbit({
      list_vhosts: { stdout: '/\n' },
      list_queues: {
        stderr:
          'Error: unable to connect to node rabbit@x: nodedown\n\nMost common reasons for this are:\n',
        exitCode: 69,
      },
    });
    expect(await failure(list())).toMatchObject({
      kind: 'service',
      code: 'RABBITMQCTL_FAILED',
      message:
        'rabbitmqctl in pod circleci-rabbitmq-0 exited with 69: Error: unable to connect to node rabbit@x: nodedown',
    });
  });

  it('reports a missing rabbitmqctl', async () => {
    const { list } = await rabbit({});
    expect(await failure(list())).toMatchObject({ kind: 'notFound', code: 'NO_SUCH_COMMAND' });
  });
});
