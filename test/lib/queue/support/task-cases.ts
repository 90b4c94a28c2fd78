import type { JobRow } from '../../../../src/lib/nomad/jobs/jobs.ts';
import type { JobId } from '../../../../src/lib/nomad/model.ts';
import type { RecentBuild } from '../../../../src/lib/server/admin-api.ts';
import {
  adding,
  ago,
  healthyLogs,
  type Ill,
  inUi,
  job,
  jobIdOf,
  listed,
  NO_UI,
  pending,
  says,
  sure,
  WELL_BUILD,
} from './snapshot.ts';

const MINUTE = 60_000;
/** A build with parallel tasks. */
export const PARALLEL = 'acme/web/42';

/** The same job or log line for another parallel task. */
function ofTask(index: number, text: string): string {
  return text.replace('-0-build-', `-${index}-build-`);
}

/** A job of one of the build's tasks. */
function task(index: number, row: JobRow = job(PARALLEL)): JobRow {
  return { ...row, id: ofTask(index, row.id) as JobId, taskIndex: index };
}

function jobs(...own: readonly JobRow[]): Ill['nomad'] {
  return { jobs: sure([job(WELL_BUILD), ...own]) };
}

/** The build in the UI, with the number of its tasks; null if the server does not report it. */
function ui(parallel: number | null, status = 'running', queuedMs = 5 * MINUTE): RecentBuild {
  return { ...inUi(PARALLEL, status, queuedMs), parallel };
}

function inList(build: RecentBuild): Ill['server'] {
  return { builds: listed(build) };
}

/** What the schedulerer logs about some of the tasks. */
function received(...tasks: readonly number[]): Ill {
  const entries = tasks.flatMap((index) =>
    says
      .schedulerer(PARALLEL, 5 * MINUTE)
      .map(([age, text]) => [age, ofTask(index, text)] as const),
  );
  const log = adding('schedulerer', entries);
  return { logs: [...healthyLogs().filter(({ stage }) => stage !== 'schedulerer'), log] };
}

const ended = (ageMs: number) => ({ status: 'dead', finishedAt: ago(ageMs) }) as const;

/** Lost tasks of builds, and the findings for each. */
export const LOST_TASKS: readonly (readonly [string, Ill, readonly string[]])[] = [
  [
    'the second of two tasks never reached the schedulerer',
    { ...received(0), nomad: jobs(task(0)), server: inList(ui(2)) },
    ['CQ0404'],
  ],
  [
    'the schedulerer received a task that Nomad does not have',
    { ...received(0, 1), nomad: jobs(task(0)), server: inList(ui(2)) },
    ['CQ0404'],
  ],
  [
    'the other tasks have ended, and the build runs for ever in the UI',
    {
      nomad: jobs(task(0, job(PARALLEL, ended(4 * MINUTE)))),
      server: inList(ui(2)),
    },
    ['CQ0404', 'CQ0705 from CQ0404'],
  ],
  [
    'the first task is missing, and no server is configured',
    { nomad: jobs(task(1)), server: NO_UI },
    ['CQ0404'],
  ],
  [
    'the log names a task that Nomad does not have, and the server does not count tasks',
    { ...received(0, 1), nomad: jobs(task(0)), server: inList(ui(null)) },
    ['CQ0404'],
  ],
];

/** Builds with parallel tasks of which none is lost. */
export const WHOLE_BUILDS: readonly (readonly [string, Ill])[] = [
  [
    'one of two tasks has been pending for a moment',
    {
      nomad: jobs(task(0), task(1, pending(PARALLEL, 'all-full', 'all full', 5_000))),
      server: inList(ui(2)),
    },
  ],
  [
    'the second task is on its way',
    {
      nomad: jobs(task(0, job(PARALLEL, { submittedAt: ago(20_000), startedAt: ago(19_000) }))),
      server: inList(ui(2, 'running', 21_000)),
    },
  ],
  [
    'a task was submitted before the window, and may have ended and been removed',
    {
      nomad: jobs(task(0, job(PARALLEL, { submittedAt: ago(40 * MINUTE) }))),
      server: inList(ui(2, 'running', 40 * MINUTE)),
    },
  ],
  [
    'a build was cancelled while its tasks were on their way',
    { ...received(0, 1), nomad: jobs(task(0)), server: inList(ui(2, 'canceled')) },
  ],
  [
    'a task has ended, and its job was removed from Nomad',
    {
      logs: [
        ...healthyLogs().slice(0, 3),
        adding('output-processor', [
          [
            3 * MINUTE,
            `${ago(3 * MINUTE).toISOString()} [] [grpc-7] INFO output-processor.grpc task finished; task-name=${ofTask(1, jobIdOf(PARALLEL))};`,
          ],
        ]),
      ],
      nomad: jobs(task(0)),
      server: inList(ui(2)),
    },
  ],
  [
    'two builds have the same project and number in the names of their jobs',
    {
      nomad: jobs(
        task(0),
        task(
          1,
          job(PARALLEL, {
            id: jobIdOf('acme-web/x/42').replace('acme-web-x', 'acme-web') as JobId,
          }),
        ),
      ),
      server: inList(ui(2)),
    },
  ],
];
