import { type IncomingMessage, request } from 'node:http';
import { parseFlags } from './flags.ts';
import { CliFailure, type Session } from './session.ts';
import { columns } from './text.ts';

/** `nomad version`. */
export function version(session: Session): number {
  session.out(`Nomad v${session.core.dialect.version}`);
  return 0;
}

/** `nomad server members` (command/server_members.go). */
export function serverMembers(session: Session, argv: readonly string[]): number {
  const kinds = { detailed: 'switch', verbose: 'switch', json: 'switch' } as const;
  parseFlags(argv, kinds, 'Usage: nomad server members [options]');
  const { dialect, leader } = session.core;
  const raft = dialect.since('1.3');
  session.out(
    columns([
      [
        'Name',
        'Address',
        'Port',
        'Status',
        'Leader',
        ...(raft ? ['Raft Version'] : ['Protocol']),
        'Build',
        'Datacenter',
        'Region',
      ],
      [
        'circleci-nomad-0.global',
        '127.0.0.1',
        '4648',
        'alive',
        String(leader),
        raft ? '3' : '2',
        dialect.version,
        'default',
        'global',
      ],
    ]),
  );
  if (leader) return 0;
  session.complain(
    '\nError determining leaders: 1 error occurred:\n\t* Region "global": No cluster leader\n',
  );
  return 1;
}

/** `nomad operator api`, from 1.3 on (command/operator_api.go). */
export async function operatorApi(session: Session, argv: readonly string[]): Promise<number> {
  const kinds = { X: 'value', d: 'value', filter: 'value', verbose: 'switch' } as const;
  const flags = parseFlags(argv, kinds, 'Usage: nomad operator api [options] <path>');
  const [path, ...more] = flags.args;
  if (path === undefined || more.length > 0) {
    throw new CliFailure('A path or URL is required');
  }
  const body = flags.value('d');
  const method = flags.value('X') ?? (body === null ? 'GET' : 'POST');
  const token = flags.value('token');
  const filter = flags.value('filter');
  const query = filter === null ? '' : `?filter=${encodeURIComponent(filter)}`;
  await new Promise<void>((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: session.port,
        path: `${path.startsWith('/') ? path : `/${path}`}${query}`,
        method,
        agent: false,
        headers: token === null ? {} : { 'X-Nomad-Token': token },
        signal: session.signal,
      },
      (response) => {
        if (flags.on('verbose')) tellHead(session, response);
        response.on('data', (chunk: Buffer) => session.raw(chunk));
        response.once('end', resolve);
        response.once('error', reject);
      },
    );
    call.once('error', reject);
    call.end(body ?? undefined);
  });
  return 0;
}

/** Prints the response head on standard error before the body, for `-verbose`. */
function tellHead(session: Session, response: IncomingMessage): void {
  session.complain(`< HTTP/1.1 ${response.statusCode} ${response.statusMessage}`);
  for (const [name, value] of Object.entries(response.headers)) {
    session.complain(`< ${name.replace(/\b[a-z]/g, (first) => first.toUpperCase())}: ${value}`);
  }
}
