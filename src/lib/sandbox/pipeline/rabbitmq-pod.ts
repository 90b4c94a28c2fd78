import { busybox } from '../kubernetes/busybox.ts';
import type { ExecIo, PodBackend } from '../kubernetes/pod-backend.ts';
import type { QueueCounts } from './broker.ts';

type Cell = string | number;

/** The columns of `list_queues`. */
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

/** The columns of `list_vhosts`. */
const VHOST_COLUMNS: Readonly<Record<string, (name: string) => Cell>> = {
  name: (name) => name,
  tracing: () => 'false',
};

/** The only virtual host, as in CircleCI. */
const VHOST = '/';

/** A parsed command line of rabbitmqctl. */
interface CommandLine {
  /** The arguments as given. */
  readonly given: readonly string[];
  readonly words: readonly string[];
  readonly quiet: boolean;
  readonly headers: boolean;
  readonly json: boolean;
  readonly vhost: string;
  readonly timeoutS: number;
}

/** EX_USAGE of sysexits.h, rabbitmqctl's exit status for usage errors. */
const USAGE = 64;

/**
 * Returns the backend of RabbitMQ's pod: `rabbitmqctl list_queues` and `list_vhosts` with the
 * output of 3.10, and a few shell commands.
 */
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

function rabbitmqctl(line: CommandLine, io: ExecIo, queues: readonly QueueCounts[]): number {
  const [command = 'help'] = line.words;
  if (command === 'list_vhosts') {
    return list(line, io, 'Listing vhosts ...\n', ['name'], VHOST_COLUMNS, [VHOST]);
  }
  if (command !== 'list_queues') {
    io.stderr(`\nCommand '${command}' not found. \n`);
    return USAGE;
  }
  const { vhost, timeoutS } = line;
  const talk = `Timeout: ${timeoutS.toFixed(1)} seconds ...\nListing queues for vhost ${vhost} ...\n`;
  // Like 3.10, lists no queues for an unknown virtual host.
  const there = vhost === VHOST ? queues : [];
  return list(line, io, talk, ['name', 'messages'], COLUMNS, there);
}

/** Lists items with the requested columns, and returns the exit status. */
function list<Item>(
  line: CommandLine,
  io: ExecIo,
  talk: string,
  usual: readonly string[],
  known: Readonly<Record<string, (item: Item) => Cell>>,
  items: readonly Item[],
): number {
  const wanted = line.words.slice(1);
  const columns = wanted.length > 0 ? wanted : usual;
  const strange = columns.filter((column) => !Object.hasOwn(known, column));
  if (strange.length > 0) {
    io.stderr(
      `Error (argument validation): Info key(s) ${strange.join(', ')} are not supported\n` +
        `Arguments given:\n\t${line.given.join(' ')}\n`,
    );
    return USAGE;
  }
  if (!line.quiet && !line.json) io.stdout(talk);
  const rows = items.map((item) => columns.map((column) => known[column]?.(item) ?? ''));
  io.stdout(line.json ? json(columns, rows) : table(columns, rows, line.headers));
  return 0;
}

/**
 * Formats a tab-separated table. `--quiet` keeps the headers (rabbitmq-cli issue 273), `--silent`
 * does not.
 */
function table(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  headers: boolean,
): string {
  const all = [...(headers && rows.length > 0 ? [columns] : []), ...rows];
  return all.map((row) => `${row.join('\t')}\n`).join('');
}

/** Formats one object per line, like rabbitmq-cli's JSON formatter. */
function json(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const objects = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map((column, at) => [column, row[at]]))),
  );
  return `[\n${objects.join('\n,')}${objects.length > 0 ? '\n' : ''}]\n`;
}

function parse(args: readonly string[]): CommandLine {
  const words: string[] = [];
  const line = { quiet: false, headers: true, json: false, vhost: VHOST, timeoutS: 60 };
  const rest = args.flatMap((word) => (word.startsWith('--') ? word.split('=', 2) : [word]));
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-q' || word === '--quiet') line.quiet = true;
    else if (word === '-s' || word === '--silent')
      Object.assign(line, { quiet: true, headers: false });
    else if (word === '--no-table-headers') line.headers = false;
    else if (word === '--formatter') line.json = rest.shift() === 'json';
    else if (word === '-p' || word === '--vhost') line.vhost = rest.shift() ?? VHOST;
    else if (word === '-t' || word === '--timeout') line.timeoutS = Number(rest.shift() ?? 60);
    else if (word === '-n' || word === '--node') rest.shift();
    else if (!word.startsWith('-')) words.push(...word.split(',').filter(Boolean));
  }
  return { ...line, words, given: args };
}
