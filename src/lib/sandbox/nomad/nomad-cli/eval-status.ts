import type { EvaluationRecord } from '../records.ts';
import { encode, indentJson } from '../wire/encode.ts';
import { evaluationObject } from '../wire/evaluation.ts';
import { findEvaluation, newestFirst } from './find.ts';
import { parseFlags } from './flags.ts';
import { failureText } from './job-status.ts';
import { CliFailure, requireServer, type Session } from './session.ts';
import { ago, columns, keyValues, shortId } from './text.ts';

/** `nomad eval status` (command/eval_status.go). */
export async function evalStatus(session: Session, argv: readonly string[]): Promise<number> {
  const { dialect } = session.core;
  const kinds = { monitor: 'switch', verbose: 'switch', json: 'switch', t: 'value' } as const;
  const flags = parseFlags(argv, kinds, 'Usage: nomad eval status [options] <evaluation>');
  const [id, ...more] = flags.args;
  const all = id === undefined && flags.on('json') && !dialect.since('1.4');
  if (more.length > 0 || (id === undefined && !all)) {
    throw new CliFailure(
      "This command takes one argument: <evaluation>\nFor additional help try 'nomad eval status -help'",
    );
  }
  await requireServer(session, 'Error querying evaluation', flags.value('token'));
  if (id === undefined) return listJson(session);
  const evaluation = findEvaluation(session, id);
  session.out(
    flags.on('json')
      ? indentJson(encode(evaluationObject(evaluation, dialect)))
      : describe(session, evaluation, flags.on('verbose')),
  );
  return 0;
}

/** `nomad eval list`, from 1.3 on (command/eval_list.go). */
export async function evalList(session: Session, argv: readonly string[]): Promise<number> {
  const kinds = {
    json: 'switch',
    verbose: 'switch',
    status: 'value',
    job: 'value',
    filter: 'value',
    'per-page': 'value',
  } as const;
  const flags = parseFlags(argv, kinds, 'Usage: nomad eval list [options]');
  await requireServer(session, 'Error querying evaluations', flags.value('token'));
  const wanted = (evaluation: EvaluationRecord): boolean =>
    (flags.value('status') ?? evaluation.status) === evaluation.status &&
    (flags.value('job') ?? evaluation.jobId) === evaluation.jobId;
  if (flags.on('json')) return listJson(session, wanted);
  const evaluations = session.core.state.evaluations.all().filter(wanted);
  const rows = evaluations.map((evaluation) => [
    shortId(evaluation.id, flags.on('verbose')),
    String(evaluation.priority),
    evaluation.triggeredBy,
    evaluation.jobId,
    evaluation.status,
    placementFailures(evaluation),
  ]);
  const head = ['ID', 'Priority', 'Triggered By', 'Job ID', 'Status', 'Placement Failures'];
  session.out(rows.length === 0 ? 'No evals found' : columns([head, ...rows]));
  return 0;
}

function listJson(
  session: Session,
  wanted: (evaluation: EvaluationRecord) => boolean = () => true,
): number {
  const { state, dialect } = session.core;
  const objects = newestFirst(state.evaluations.all())
    .filter(wanted)
    .map((evaluation) => evaluationObject(evaluation, dialect));
  session.out(indentJson(encode(objects)));
  return 0;
}

function placementFailures(evaluation: EvaluationRecord): string {
  if (evaluation.status === 'blocked') return 'N/A - In Progress';
  return String(evaluation.failures !== null);
}

function describe(session: Session, evaluation: EvaluationRecord, verbose: boolean): string {
  const now = session.core.context.clock.nowMs();
  const basics = keyValues([
    ['ID', shortId(evaluation.id, verbose)],
    ['Create Time', ago(evaluation.createdAt, now)],
    ['Modify Time', ago(evaluation.modifiedAt, now)],
    ['Status', evaluation.status],
    ['Status Description', evaluation.statusDescription || evaluation.status],
    ['Type', evaluation.type],
    ['TriggeredBy', evaluation.triggeredBy],
    ['Job ID', evaluation.jobId],
    ['Priority', String(evaluation.priority)],
    ['Placement Failures', placementFailures(evaluation)],
  ]);
  if (evaluation.failures === null) return basics;
  const groups = Object.entries(evaluation.failures).map(([name, metrics]) => {
    const count = evaluation.queued?.[name] ?? 1;
    const noun = count === 1 ? 'allocation' : 'allocations';
    return `Task Group "${name}" (failed to place ${count} ${noun}):\n${failureText(metrics, session)}`;
  });
  const waiting = shortId(evaluation.blockedEval, verbose);
  return `${basics}\n\nFailed Placements\n${groups.join('\n\n')}\n\nEvaluation "${waiting}" waiting for additional capacity to place remainder`;
}
