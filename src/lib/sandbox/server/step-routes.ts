import type { BuildRecord } from './build-history.ts';
import { type StepScript, stepsOf } from './build-steps.ts';
import type { ServerAnswer, ServerWorld } from './world.ts';

/** Stores the output of steps. */
export interface OutputStore {
  /** Stores a document under a name; returns its signed URL. */
  keep(name: string, document: unknown): string;
}

const BUILD =
  /^\/api\/v1\.1\/project\/(?:github|gh)\/([^/]+)\/([^/]+)\/(\d+)(?:\/output\/(\d+)\/(\d+))?$/;

/** The endpoints of API v1.1 for one build and the output of its steps. */
export function answerSteps(
  world: ServerWorld,
  store: OutputStore,
  path: string,
): ServerAnswer | null {
  const [, org, repo, number, step, task] = BUILD.exec(path) ?? [];
  if (org === undefined || repo === undefined) return null;
  const [owner, name] = [decodeURIComponent(org), decodeURIComponent(repo)];
  const project = world.builds().filter((build) => build.org === owner && build.repo === name);
  if (project.length === 0) return missing('Project not found');
  const build = project.find((one) => one.number === Number(number));
  if (build === undefined) return missing('Build not found');
  const steps = stepsOf(build);
  if (step === undefined) return { status: 200, document: documentOf(build, steps, store) };
  const output = steps.find((one) => one.number === Number(step))?.output ?? null;
  if (output === null || task !== '0') return missing('Output not found');
  return { status: 200, document: messages(build, output) };
}

function missing(message: string): ServerAnswer {
  return { status: 404, document: { message } };
}

function documentOf(build: BuildRecord, steps: readonly StepScript[], store: OutputStore): unknown {
  const { org, repo, number, status, startedAt, stoppedAt } = build;
  const ended = stoppedAt !== null;
  return {
    vcs_type: 'github',
    username: org,
    reponame: repo,
    build_num: number,
    build_url: `https://circleci.example.com/gh/${org}/${repo}/${number}`,
    parallel: 1,
    status,
    lifecycle: ended ? 'finished' : status,
    outcome: ended ? status : null,
    start_time: startedAt === null ? null : new Date(startedAt),
    stop_time: ended ? new Date(stoppedAt) : null,
    steps: steps.map((step, at) => {
      const running = !ended && at === steps.length - 1;
      return { name: step.name, actions: [actionOf(build, step, running, store)] };
    }),
  };
}

function actionOf(
  build: BuildRecord,
  { number, name, command, output }: StepScript,
  running: boolean,
  store: OutputStore,
): unknown {
  const { org, repo } = build;
  const kept = output !== null && !running;
  return {
    truncated: false,
    index: 0,
    parallel: true,
    name,
    bash_command: command,
    status: running ? 'running' : 'success',
    type: 'test',
    step: number,
    exit_code: command === null || running ? null : 0,
    background: false,
    has_output: output !== null,
    ...(kept
      ? {
          output_url: store.keep(
            `${org}-${repo}-${build.number}-${number}-0`,
            messages(build, output),
          ),
        }
      : {}),
  };
}

function messages({ startedAt, queuedAt }: BuildRecord, output: readonly string[]): unknown {
  const time = new Date(startedAt ?? queuedAt);
  return output.map((message) => ({ message, time, type: 'out', truncated: false }));
}
