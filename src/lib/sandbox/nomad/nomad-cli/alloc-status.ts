import type { AllocationRecord, TaskRecord } from '../records.ts';
import { allocationObject, allocationStub, describeTaskEvent } from '../wire/allocation.ts';
import { encode, indentJson } from '../wire/encode.ts';
import { findAllocation, newestFirst } from './find.ts';
import { parseFlags } from './flags.ts';
import { CliFailure, requireServer, type Session } from './session.ts';
import { ago, columns, keyValues, mebibytes, shortId, time } from './text.ts';

/** `nomad alloc status` (command/alloc_status.go). */
export async function allocStatus(session: Session, argv: readonly string[]): Promise<number> {
  const { state, dialect } = session.core;
  const kinds = {
    short: 'switch',
    stats: 'switch',
    verbose: 'switch',
    json: 'switch',
    t: 'value',
  } as const;
  const flags = parseFlags(argv, kinds, 'Usage: nomad alloc status [options] <allocation>');
  const [id, ...more] = flags.args;
  if (more.length > 0 || (id === undefined && !flags.on('json'))) {
    throw new CliFailure(
      "This command takes one of the following argument conditions:\n * A single <allocation>\n * No arguments, with output format specified\nFor additional help try 'nomad alloc status -help'",
    );
  }
  const what = id === undefined ? 'Error querying allocations' : 'Error querying allocation';
  await requireServer(session, what, flags.value('token'));
  if (id === undefined) {
    const form = { taskStates: true, resources: false };
    const stubs = newestFirst(state.allocations.all()).map((allocation) =>
      // The CLI's own type of a stub (api/allocations.go) has never had this field.
      allocationStub(allocation, form, dialect).replace(/"DesiredTransition":\{[^}]*\},/, ''),
    );
    session.out(indentJson(`[${stubs.join(',')}]`));
    return 0;
  }
  const allocation = findAllocation(session, id);
  session.out(
    flags.on('json')
      ? indentJson(encode(allocationObject(allocation, dialect)))
      : describe(session, allocation, flags.on('verbose')),
  );
  return 0;
}

function describe(session: Session, allocation: AllocationRecord, verbose: boolean): string {
  const now = session.core.context.clock.nowMs();
  const basics = keyValues([
    ['ID', allocation.id],
    ['Eval ID', shortId(allocation.evalId, verbose)],
    ['Name', allocation.name],
    ['Node ID', shortId(allocation.nodeId, verbose)],
    ['Node Name', allocation.nodeName],
    ['Job ID', allocation.job.id],
    ['Job Version', String(allocation.job.version)],
    ['Client Status', allocation.client],
    ['Client Description', allocation.clientDescription],
    ['Desired Status', allocation.desired],
    ['Desired Description', allocation.desiredDescription],
    ['Created', verbose ? time(allocation.createdAt) : ago(allocation.createdAt, now)],
    ['Modified', verbose ? time(allocation.modifiedAt) : ago(allocation.modifiedAt, now)],
    ...(allocation.next === ''
      ? []
      : ([['Replacement Alloc ID', shortId(allocation.next, verbose)]] as const)),
  ]);
  const tasks = (allocation.tasks ?? []).map((task) => describeTask(session, allocation, task));
  return [basics, ...tasks].join('\n\n');
}

function describeTask(session: Session, allocation: AllocationRecord, task: TaskRecord): string {
  const spec = allocation.group.tasks.find(({ name }) => name === task.name);
  const cpu = spec?.cpuMhz ?? 0;
  const memory = spec?.memoryMb ?? 0;
  const measured =
    task.state === 'running' && session.core.state.nodes.get(allocation.nodeId)?.linked === true;
  const resources = columns(
    [
      ['CPU', 'Memory', 'Disk', 'Addresses'],
      [
        measured ? `${Math.round(cpu * 0.8)}/${cpu} MHz` : `${cpu} MHz`,
        measured
          ? `${mebibytes(Math.round(memory * 0.4))}/${mebibytes(memory)}`
          : mebibytes(memory),
        mebibytes(allocation.group.diskMb),
        '',
      ],
    ],
    '',
  );
  const events = columns([
    ['Time', 'Type', 'Description'],
    ...[...task.events]
      .reverse()
      .map((event) => [time(event.at), event.type, describeTaskEvent(event)]),
  ]);
  const times = keyValues([
    ['Started At', task.startedAt === null ? 'N/A' : time(task.startedAt)],
    ['Finished At', task.finishedAt === null ? 'N/A' : time(task.finishedAt)],
    ['Total Restarts', '0'],
    ['Last Restart', 'N/A'],
  ]);
  return [
    `Task "${task.name}" is "${task.state}"\nTask Resources\n${resources}`,
    `Task Events:\n${times}`,
    `Recent Events:\n${events}`,
  ].join('\n\n');
}
