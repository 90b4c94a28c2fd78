import { busybox } from '../kubernetes/busybox.ts';
import type { ExecIo, PodBackend } from '../kubernetes/pod-backend.ts';
import type { QueueCounts } from './broker.ts';

type Cell = string | number;

/** What `list_queues` can tell of a queue, by column. */
const COLUMNS: Readonly<Record<string, (queue: QueueCounts) => Cell>> = {
  name: ({ name }) => name,
  messages: ({ ready, unacknowledged }) => ready + unacknowledged,
  messages_ready: ({ ready }) => ready,
  messages_unacknowledged: ({ unacknowledged }) => unacknowledged,
  consumers: ({ consumers }) => consumers,
  durable: () => 'true',
  auto_delete: () => 'false',
  state: () => 'running',
  pid: ({ name }) => `<rabbit@circleci-rabbitmq-0.1614.${name.length}.0>`,
};

/** What a command line of rabbitmqctl asks for. */
interface Asked {
  readonly words: readonly string[];
  readonly quiet: boolean;
  readonly headers: boolean;
  readonly json: boolean;
  readonly vhost: string;
}

/** EX_USAGE and EX_DATAERR of sysexits.h, as rabbitmqctl exits. */
const USAGE = 64;
const DATA = 65;

/** The container of RabbitMQ 3.8: `rabbitmqctl list_queues`, and a few small commands. */
export function rabbitmqPod(name: string, queues: () => readonly QueueCounts[]): PodBackend {
  const small = busybox(name);
  return {
    ports: {},
    exec: async (command, io) => {
      const [path = '', ...rest] = command;
      if (path.split('/').at(-1) !== 'rabbitmqctl') return small.exec(command, io);
      return rabbitmqctl(parse(rest), io, queues());
    },
  };
}

function rabbitmqctl(asked: Asked, io: ExecIo, queues: readonly QueueCounts[]): number {
  const [command = 'help', ...wanted] = asked.words;
  if (command !== 'list_queues') {
    io.stderr(`\nCommand '${command}' not found. \n`);
    return USAGE;
  }
  const columns = wanted.length > 0 ? wanted : ['name', 'messages'];
  const strange = columns.filter((column) => !Object.hasOwn(COLUMNS, column));
  if (strange.length > 0) {
    io.stderr(`Error (argument validation): Info key(s) ${strange.join(', ')} are not supported\n`);
    return USAGE;
  }
  if (!asked.quiet && !asked.json) {
    io.stdout(`Timeout: 60.0 seconds ...\nListing queues for vhost ${asked.vhost} ...\n`);
  }
  if (asked.vhost !== '/') {
    io.stderr(`Error:\nVirtual host '${asked.vhost}' does not exist\n`);
    return DATA;
  }
  const rows = queues.map((queue) => columns.map((column) => COLUMNS[column]?.(queue) ?? ''));
  io.stdout(asked.json ? json(columns, rows) : table(columns, rows, asked.headers));
  return 0;
}

/** Tab-separated; `--quiet` leaves the headers (rabbitmq-cli issue 273), `--silent` does not. */
function table(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  headers: boolean,
): string {
  const all = [...(headers && rows.length > 0 ? [columns] : []), ...rows];
  return all.map((row) => `${row.join('\t')}\n`).join('');
}

/** One object a line, as rabbitmq-cli's JSON formatter streams them. */
function json(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const objects = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map((column, at) => [column, row[at]]))),
  );
  return `[\n${objects.join('\n,')}${objects.length > 0 ? '\n' : ''}]\n`;
}

function parse(args: readonly string[]): Asked {
  const words: string[] = [];
  const asked = { quiet: false, headers: true, json: false, vhost: '/' };
  const rest = args.flatMap((word) => (word.startsWith('--') ? word.split('=', 2) : [word]));
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-q' || word === '--quiet') asked.quiet = true;
    else if (word === '-s' || word === '--silent')
      Object.assign(asked, { quiet: true, headers: false });
    else if (word === '--no-table-headers') asked.headers = false;
    else if (word === '--formatter') asked.json = rest.shift() === 'json';
    else if (word === '-p' || word === '--vhost') asked.vhost = rest.shift() ?? '/';
    else if (['-t', '--timeout', '-n', '--node'].includes(word)) rest.shift();
    else if (!word.startsWith('-')) words.push(...word.split(',').filter(Boolean));
  }
  return { ...asked, words };
}
