import { expect, test } from 'vitest';
import { pipelineRig } from './rig.ts';

const BANNER = 'Timeout: 60.0 seconds ...\nListing queues for vhost / ...\n';

test.each([
  [
    'with its banner and headers',
    [],
    `${BANNER}name\tmessages\nusage-queue\t0\nrun-queue\t4812\nnomad-tasks\t0\n`,
  ],
  [
    'quietly: the headers stay',
    ['-q', 'name', 'consumers'],
    'name\tconsumers\nusage-queue\t1\nrun-queue\t0\nnomad-tasks\t1\n',
  ],
  [
    'silently: the headers go',
    ['--silent', '-p', '/', 'messages_ready', 'messages_unacknowledged', 'name'],
    '0\t0\tusage-queue\n4812\t0\trun-queue\n0\t0\tnomad-tasks\n',
  ],
  [
    'without headers',
    ['--quiet', '--no-table-headers', 'name,messages'],
    'usage-queue\t0\nrun-queue\t4812\nnomad-tasks\t0\n',
  ],
  [
    'as JSON',
    ['--formatter=json', 'name', 'messages'],
    '[\n{"name":"usage-queue","messages":0}\n,{"name":"run-queue","messages":4812}\n,{"name":"nomad-tasks","messages":0}\n]\n',
  ],
])('rabbitmqctl lists the queues %s', async (_, args, stdout) => {
  const rig = await pipelineRig('rabbitmq-backlog');
  expect(await rig.rabbitmqctl('list_queues', ...args)).toEqual({ code: 0, stdout, stderr: '' });
});

test.each([
  [['list_vhosts'], 'Listing vhosts ...\nname\n/\n'],
  [['-q', 'list_vhosts', 'name'], 'name\n/\n'],
  [['list_vhosts', '--formatter', 'json'], '[\n{"name":"/"}\n]\n'],
  [
    ['list_queues', '-t', '7', '-p', 'nope'],
    'Timeout: 7.0 seconds ...\nListing queues for vhost nope ...\n',
  ],
  [['-q', 'list_queues', '-p', 'nope'], ''],
] as const)('rabbitmqctl %j knows one virtual host', async (args, stdout) => {
  const rig = await pipelineRig('idle');
  expect(await rig.rabbitmqctl(...args)).toEqual({ code: 0, stdout, stderr: '' });
});

test.each([
  [['list_queues', 'colour'], 64, /Info key\(s\) colour are not supported/],
  [['list_vhosts', 'colour'], 64, /Info key\(s\) colour are not supported/],
  [['list_unicorns'], 64, /Command 'list_unicorns' not found/],
] as const)('rabbitmqctl %j is refused', async (args, code, stderr) => {
  const rig = await pipelineRig('idle');
  const answer = await rig.rabbitmqctl(...args);
  expect(answer).toMatchObject({ code, stdout: '' });
  expect(answer.stderr).toMatch(stderr);
});

test('an old backlog shrinks once it has a consumer', async () => {
  const { sandbox, rabbitmqctl } = await pipelineRig('rabbitmq-backlog');
  sandbox.kubernetes.deletePod('dispatcher', 1);
  await sandbox.clock.advance(30_000);
  const { stdout } = await rabbitmqctl('list_queues', '-s', 'name', 'messages', 'consumers');
  const [, messages, consumers] = stdout.split('\n')[1]?.split('\t').map(Number) ?? [];
  expect(messages).toBeGreaterThan(500);
  expect(messages).toBeLessThan(4_000);
  expect(consumers).toBe(1);
  await sandbox.clock.advance(60_000);
  expect(sandbox.pipeline.queues().every(({ ready }) => ready === 0)).toBe(true);
});
