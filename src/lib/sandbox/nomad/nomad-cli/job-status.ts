import type { JobRecord, PlacementMetrics } from '../records.ts';
import { encode, indentJson } from '../wire/encode.ts';
import { jobObject, jobStub, summaryOf } from '../wire/job.ts';
import { allocationTable, newestFirst } from './find.ts';
import { parseFlags } from './flags.ts';
import { CliFailure, requireServer, type Session } from './session.ts';
import { columns, keyValues, time } from './text.ts';

const KINDS = {
  short: 'switch',
  evals: 'switch',
  'all-allocs': 'switch',
  verbose: 'switch',
} as const;

/** `nomad job status` (command/job_status.go). */
export async function jobStatus(session: Session, argv: readonly string[]): Promise<number> {
  const { state, dialect } = session.core;
  const newer = { json: 'switch', t: 'value' } as const;
  const kinds = dialect.since('1.7.6') ? { ...KINDS, ...newer } : KINDS;
  const flags = parseFlags(argv, kinds, 'Usage: nomad status [options] <job>');
  if (flags.args.length > 1) {
    throw new CliFailure(
      "This command takes either no arguments or one: <job>\nFor additional help try 'nomad job status -help'",
    );
  }
  const [id] = flags.args;
  const what = id === undefined ? 'Error querying jobs' : 'Error querying job';
  await requireServer(session, what, flags.value('token'));
  if (id === undefined) {
    const jobs = state.jobs.all();
    if (flags.on('json')) {
      session.out(indentJson(encode(jobs.map((job) => jobStub(job, state, dialect)))));
    } else session.out(jobs.length === 0 ? 'No running jobs' : jobTable(jobs));
    return 0;
  }
  const job = findJob(session, id);
  if (flags.on('json')) session.out(indentJson(encode([jobObject(job, dialect)])));
  else session.out(describeJob(session, job, flags.on('verbose'), flags.on('short')));
  return 0;
}

/**
 * Finds a job by its ID or by a unique prefix.
 *
 * @throws CliFailure for no match and for several
 */
export function findJob(session: Session, id: string): JobRecord {
  const matches = session.core.state.jobs.withPrefix(id);
  const [job, ...others] = matches;
  if (job === undefined) throw new CliFailure(`No job(s) with prefix or id "${id}" found`);
  if (others.length > 0 && job.id !== id) {
    throw new CliFailure(`Prefix matched multiple jobs\n\n${jobTable(matches)}`);
  }
  return job;
}

function jobTable(jobs: readonly JobRecord[]): string {
  return columns([
    ['ID', 'Type', 'Priority', 'Status', 'Submit Date'],
    ...jobs.map((job) => [
      job.id,
      job.type,
      String(job.priority),
      statusText(job),
      time(job.submittedAt),
    ]),
  ]);
}

function statusText(job: JobRecord): string {
  return job.stop ? `${job.status} (stopped)` : job.status;
}

function describeJob(session: Session, job: JobRecord, verbose: boolean, short: boolean): string {
  const { state, dialect } = session.core;
  const basics = keyValues([
    ['ID', job.id],
    ['Name', job.id],
    ['Submit Date', time(job.submittedAt)],
    ['Type', job.type],
    ['Priority', String(job.priority)],
    ['Datacenters', job.datacenters.join(',')],
    ['Namespace', 'default'],
    ...(dialect.since('1.6') ? ([['Node Pool', job.pool]] as const) : []),
    ['Status', statusText(job)],
    ['Periodic', 'false'],
    ['Parameterized', 'false'],
  ]);
  if (short) return basics;
  const unknown = dialect.since('1.3');
  const summary = columns([
    [
      'Task Group',
      'Queued',
      'Starting',
      'Running',
      'Failed',
      'Complete',
      'Lost',
      ...(unknown ? ['Unknown'] : []),
    ],
    ...Object.entries(summaryOf(job, state)).map(([name, counts]) => [
      name,
      String(counts.Queued),
      String(counts.Starting),
      String(counts.Running),
      String(counts.Failed),
      String(counts.Complete),
      String(counts.Lost),
      ...(unknown ? [String(counts.Unknown)] : []),
    ]),
  ]);
  const allocations = newestFirst(state.allocationsOfJob(job.id));
  const table =
    allocations.length === 0
      ? 'No allocations placed'
      : allocationTable(session, allocations, verbose);
  const failure = placementFailure(session, job);
  return [basics, `Summary\n${summary}`, ...failure, `Allocations\n${table}`].join('\n\n');
}

/** Explains the placement failure of the newest evaluation, while an evaluation is blocked. */
function placementFailure(session: Session, job: JobRecord): readonly string[] {
  const evaluations = newestFirst(session.core.state.evaluationsOfJob(job.id));
  if (!evaluations.some(({ status }) => status === 'blocked')) return [];
  const failures = evaluations.find((evaluation) => evaluation.failures !== null)?.failures;
  if (!failures) return [];
  const groups = Object.entries(failures).map(
    ([name, metrics]) => `Task Group "${name}":\n${failureText(metrics, session)}`,
  );
  return [`Placement Failure\n${groups.join('\n')}`];
}

/** Formats a failed placement as command/monitor.go does. */
export function failureText(metrics: PlacementMetrics, session: Session): string {
  const filtered = (kind: string, name: string, count: number): string =>
    session.core.dialect.since('1.0')
      ? `${kind} "${name}": ${count} nodes excluded by filter`
      : `${kind} "${name}" filtered ${count} nodes`;
  const lines: string[] = [];
  if (metrics.nodesEvaluated === 0) lines.push('No nodes were eligible for evaluation');
  for (const [name, count] of Object.entries(metrics.nodesAvailable)) {
    if (count === 0) lines.push(`No nodes are available in datacenter "${name}"`);
  }
  for (const [name, count] of Object.entries(metrics.classFiltered)) {
    lines.push(filtered('Class', name, count));
  }
  for (const [name, count] of Object.entries(metrics.constraintFiltered)) {
    lines.push(filtered('Constraint', name, count));
  }
  if (metrics.nodesExhausted > 0) {
    lines.push(`Resources exhausted on ${metrics.nodesExhausted} nodes`);
  }
  for (const [name, count] of Object.entries(metrics.classExhausted)) {
    lines.push(`Class "${name}" exhausted on ${count} nodes`);
  }
  for (const [name, count] of Object.entries(metrics.dimensionExhausted)) {
    lines.push(`Dimension "${name}" exhausted on ${count} nodes`);
  }
  return lines.map((line) => `  * ${line}`).join('\n');
}

/** `nomad job stop` (command/job_stop.go). */
export async function jobStop(session: Session, argv: readonly string[]): Promise<number> {
  const kinds = { yes: 'switch', detach: 'switch', purge: 'switch', global: 'switch' } as const;
  const flags = parseFlags(argv, kinds, 'Usage: nomad job stop [options] <job>');
  const [id, ...more] = flags.args;
  if (id === undefined || more.length > 0) {
    throw new CliFailure(
      "This command takes one argument: <job>\nFor additional help try 'nomad job stop -help'",
    );
  }
  await requireServer(session, 'Error deregistering job', flags.value('token'));
  const job = findJob(session, id);
  if (!flags.on('yes') && job.id !== id) {
    throw new CliFailure("No confirmation detected. For confirmation, an exact 'y' is required.");
  }
  const evaluation = session.core.scheduler.deregister(job, flags.on('purge'));
  const short = evaluation.id.slice(0, 8);
  session.out(
    flags.on('detach')
      ? evaluation.id
      : [
          `==> Monitoring evaluation "${short}"`,
          `    Evaluation triggered by job "${job.id}"`,
          `==> Evaluation "${short}" finished with status "complete"`,
        ].join('\n'),
  );
  return 0;
}
