import { encode, indentJson } from '../wire/encode.ts';
import { jobObject, jobStub } from '../wire/job.ts';
import { parseFlags } from './flags.ts';
import { findJob } from './job-status.ts';
import { CliFailure, requireServer, type Session } from './session.ts';

/**
 * `nomad job inspect` (command/job_inspect.go): prints a job as JSON; with `-json` and no job, all
 * jobs.
 */
export async function jobInspect(session: Session, argv: readonly string[]): Promise<number> {
  const { state, dialect } = session.core;
  const kinds = { json: 'switch', t: 'value', version: 'value' } as const;
  const flags = parseFlags(argv, kinds, 'Usage: nomad job inspect [options] <job>');
  const [id, ...more] = flags.args;
  if (more.length > 0 || (id === undefined && !flags.on('json'))) {
    throw new CliFailure(
      "This command takes one argument: <job>\nFor additional help try 'nomad job inspect -help'",
    );
  }
  const what = id === undefined ? 'Error querying jobs' : 'Error inspecting job';
  await requireServer(session, what, flags.value('token'));
  if (id === undefined) {
    session.out(indentJson(encode(state.jobs.all().map((job) => jobStub(job, state, dialect)))));
    return 0;
  }
  const job = jobObject(findJob(session, id), dialect);
  session.out(indentJson(encode(flags.on('json') ? job : { Job: job })));
  return 0;
}
