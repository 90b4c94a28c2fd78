import type { NomadCore } from '../core.ts';
import type { ExecIo } from '../exec-io.ts';
import { allocStatus } from './alloc-status.ts';
import { evalList, evalStatus } from './eval-status.ts';
import { jobInspect } from './job-inspect.ts';
import { jobStatus, jobStop } from './job-status.ts';
import { logs } from './logs.ts';
import { nodeDrain, nodeEligibility } from './node-drain.ts';
import { nodeStatus } from './node-status.ts';
import { operatorApi, serverMembers, version } from './server.ts';
import { CliFailure, createSession, type Session } from './session.ts';

type Command = (session: Session, argv: readonly string[]) => number | Promise<number>;

interface Entry {
  readonly run: Command;
  /** The first release with this command. */
  readonly since?: string;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  version: { run: version },
  status: { run: status },
  'job status': { run: jobStatus },
  'job inspect': { run: jobInspect },
  inspect: { run: jobInspect },
  'job stop': { run: jobStop },
  stop: { run: jobStop },
  'node status': { run: nodeStatus },
  'node-status': { run: nodeStatus },
  'node drain': { run: nodeDrain },
  'node-drain': { run: nodeDrain },
  'node eligibility': { run: nodeEligibility },
  'alloc status': { run: allocStatus },
  'alloc-status': { run: allocStatus },
  'alloc logs': { run: logs },
  logs: { run: logs },
  'eval status': { run: evalStatus },
  'eval-status': { run: evalStatus },
  'eval list': { run: evalList, since: '1.3' },
  'server members': { run: serverMembers },
  'server-members': { run: serverMembers },
  'operator api': { run: operatorApi, since: '1.3' },
};

/**
 * Runs a command of the nomad CLI in the server's pod. `argv` excludes the program's name; `port`
 * is the port of the HTTP API. Returns the exit status.
 */
export async function runNomadCli(
  core: NomadCore,
  port: number,
  argv: readonly string[],
  io: ExecIo,
): Promise<number> {
  const session = createSession(core, port, io);
  const [first = '', second = ''] = argv;
  if (['-v', '-version', '--version'].includes(first)) return version(session);
  const two = COMMANDS[`${first} ${second}`];
  const entry = two ?? COMMANDS[first];
  try {
    if (entry === undefined || !core.dialect.since(entry.since ?? '0')) {
      session.complain(
        'Usage: nomad [-version] [-help] [-autocomplete-(un)install] <command> [args]',
      );
      return 127;
    }
    return await entry.run(session, argv.slice(two === undefined ? 1 : 2));
  } catch (error) {
    if (session.signal.aborted) return 1;
    if (!(error instanceof CliFailure)) throw error;
    session.complain(error.message);
    return error.code;
  }
}

/** `nomad status`: shows the status of the object with this ID, of any kind (command/status.go). */
function status(session: Session, argv: readonly string[]): number | Promise<number> {
  const { state } = session.core;
  const id = argv.find((word) => !word.startsWith('-'));
  if (id === undefined) return jobStatus(session, argv);
  const even = id.slice(0, id.length - (id.replaceAll('-', '').length % 2));
  const kinds: readonly (readonly [Command, number])[] = [
    [jobStatus, state.jobs.get(id) === undefined ? state.jobs.withPrefix(id).length : 1],
    [nodeStatus, state.nodes.withPrefix(even).length],
    [allocStatus, state.allocations.withPrefix(even).length],
    [evalStatus, state.evaluations.withPrefix(even).length],
  ];
  const [match, ...others] = kinds.filter(([, count]) => count > 0);
  if (match === undefined || (others.length > 0 && state.jobs.get(id) === undefined)) {
    throw new CliFailure(`Unable to resolve ID: "${id}"`);
  }
  return match[0](session, argv);
}
