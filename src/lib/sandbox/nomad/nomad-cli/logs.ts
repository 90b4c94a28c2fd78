import { LogCursor } from '../logs/frames.ts';
import type { LogType } from '../logs/log-store.ts';
import type { RotatingLog } from '../logs/rotating-log.ts';
import { type AllocationRecord, isTerminal, type TaskRecord } from '../records.ts';
import { findAllocation } from './find.ts';
import { type FlagKinds, type Flags, parseFlags } from './flags.ts';
import { CliFailure, requireServer, type Session } from './session.ts';

const POLL_MS = 200;
/** The number of lines shown by `-tail` without `-n`. */
const DEFAULT_LINES = 10;
/** The CLI estimates this many bytes per line to find the start (command/alloc_logs.go). */
const BYTES_PER_LINE = 120;

/** `nomad alloc logs` (command/alloc_logs.go). */
export async function logs(session: Session, argv: readonly string[]): Promise<number> {
  const { since } = session.core.dialect;
  const kinds: FlagKinds = {
    stderr: 'switch',
    stdout: 'switch',
    job: 'switch',
    f: 'switch',
    tail: 'switch',
    verbose: 'switch',
    n: 'value',
    c: 'value',
    ...(since('1.0.4') ? { task: 'value' as const } : {}),
    ...(since('1.10') ? { group: 'value' as const } : {}),
  };
  const flags = parseFlags(argv, kinds, 'Usage: nomad alloc logs [options] <allocation> <task>');
  const [id, taskArgument] = flags.args;
  const help = "For additional help try 'nomad alloc logs -help'";
  if (id === undefined) {
    throw new CliFailure(
      flags.on('job') ? `A job ID is required\n${help}` : `An allocation ID is required\n${help}`,
    );
  }
  if (flags.args.length > 2)
    throw new CliFailure(`This command takes one or two arguments\n${help}`);
  await requireServer(session, 'Error querying allocation', flags.value('token'));
  const allocation = flags.on('job') ? anyOfJob(session, id) : findAllocation(session, id);
  const task = chooseTask(session, allocation, flags.value('task') ?? taskArgument ?? null);
  const type: LogType = flags.on('stderr') ? 'stderr' : 'stdout';
  const open = (): RotatingLog => {
    const latest = allocation.tasks?.find(({ name }) => name === task.name) ?? task;
    return session.core.logs.open(allocation, latest, type);
  };
  const log = open();
  const cursor = new LogCursor(log, { task: task.name, type }, ...startOf(flags, log));
  for (;;) {
    open();
    for (let frame = cursor.next(); frame !== null; frame = cursor.next()) {
      if (frame.data !== null) session.raw(frame.data);
    }
    if (!flags.on('f')) return 0;
    if (!(await changed(session, log))) return 1;
  }
}

/** Returns a random running allocation of a job, or if none is running, any random one. */
function anyOfJob(session: Session, id: string): AllocationRecord {
  const { state, dialect, context } = session.core;
  const job =
    state.jobs.get(id) ?? (dialect.since('1.7') ? state.jobs.withPrefix(id)[0] : undefined);
  const allocations = job === undefined ? [] : state.allocationsOfJob(job.id);
  if (allocations.length === 0) {
    throw new CliFailure(
      `Error fetching allocations: no allocations for job "${id}" exist or all have been garbage collected`,
    );
  }
  const running = allocations.filter((allocation) => !isTerminal(allocation));
  return context.random.pick(running.length > 0 ? running : allocations);
}

function chooseTask(
  session: Session,
  allocation: AllocationRecord,
  wanted: string | null,
): TaskRecord {
  const { tasks } = allocation.group;
  if (wanted === null && tasks.length > 1) {
    const names = tasks.map(({ name }) => `  * ${name}`).join('\n');
    throw new CliFailure(
      `Allocation "${allocation.id.slice(0, 8)}" is running the following tasks:\n${names}\n\nPlease specify the task.`,
    );
  }
  const name = wanted ?? tasks[0]?.name ?? '';
  if (!tasks.some((task) => task.name === name)) {
    throw new CliFailure(
      `Failed to validate task: task ${name} not found in allocation: ${allocation.id}`,
    );
  }
  const fail = (status: number, text: string): CliFailure =>
    new CliFailure(`Error reading file: Unexpected response code: ${status} (${text})`);
  if (session.core.state.nodes.get(allocation.nodeId)?.linked !== true) {
    throw fail(404, 'No path to node');
  }
  const task = allocation.tasks?.find((record) => record.name === name);
  if (task === undefined) throw fail(404, `task "${name}" not started yet. No logs available`);
  if (session.core.logs.isCollected(allocation.id)) {
    const directory = `/opt/nomad/client/alloc/${allocation.id}/alloc/logs`;
    throw fail(500, `failed to list entries: open ${directory}: no such file or directory`);
  }
  return task;
}

/** Returns the start position: a line boundary for `-n`, a byte offset for `-c`. */
function startOf(flags: Flags, log: RotatingLog): readonly ['start' | 'end', number] {
  const byteCount = flags.value('c');
  const lineCount = flags.value('n');
  if (byteCount !== null) return ['end', Number(byteCount)];
  if (lineCount === null && !flags.on('tail')) return ['start', 0];
  const lines = lineCount === null ? DEFAULT_LINES : Number(lineCount);
  const files = log.files.flatMap((file) => file.chunks);
  const text = Buffer.concat(files).subarray(-lines * BYTES_PER_LINE);
  let at = text.length;
  for (let i = 0; i <= lines && at > 0; i += 1) at = text.lastIndexOf(0x0a, at - 1);
  return ['end', text.length - (at < 0 ? 0 : at + 1)];
}

function changed(session: Session, log: RotatingLog): Promise<boolean> {
  return new Promise((resolve) => {
    if (session.signal.aborted) return resolve(false);
    const finish = (answer: boolean): void => {
      timer.cancel();
      stop();
      session.signal.removeEventListener('abort', onAbort);
      resolve(answer);
    };
    const onAbort = (): void => finish(false);
    const timer = session.core.agenda.in(POLL_MS, () => finish(true));
    const stop = log.onChange(() => finish(true));
    session.signal.addEventListener('abort', onAbort, { once: true });
  });
}
