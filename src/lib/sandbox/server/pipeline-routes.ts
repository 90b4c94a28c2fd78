import { objectOrNull } from '../../json-value.ts';
import type { Random } from '../random.ts';
import type { BuildRecord } from './build-history.ts';
import type { ServerAnswer, ServerWorld } from './world.ts';

/** Starts a build as a push does; returns its number. */
export type StartBuild = (org: string, repo: string) => number;

interface Pipeline {
  readonly id: string;
  readonly workflowId: string;
  readonly number: number;
  readonly org: string;
  readonly repo: string;
  readonly buildNumber: number;
  readonly createdAt: Date;
}

/** The job status in API v2 for each status of a build. */
const JOB_STATUS: Readonly<Record<BuildRecord['status'], string>> = {
  queued: 'queued',
  scheduled: 'queued',
  running: 'running',
  success: 'success',
  failed: 'failed',
  canceled: 'canceled',
};

/** The endpoints of API v2 that start a build and query its state. */
export class PipelineRoutes {
  readonly #random: Random;
  readonly #now: () => Date;
  readonly #start: StartBuild;
  readonly #pipelines: Pipeline[] = [];

  constructor(random: Random, now: () => Date, start: StartBuild) {
    this.#random = random;
    this.#now = now;
    this.#start = start;
  }

  /** Returns the answer to a request; null for other paths. `text` is the body. */
  answer(world: ServerWorld, method: string, path: string, text: string): ServerAnswer | null {
    const [, org, repo] =
      /^\/api\/v2\/project\/(?:gh|github)\/([^/]+)\/([^/]+)\/pipeline$/.exec(path) ?? [];
    if (method === 'POST' && org !== undefined && repo !== undefined) {
      return this.#trigger(world, decodeURIComponent(org), decodeURIComponent(repo), text);
    }
    const [, kind, id, list] =
      /^\/api\/v2\/(pipeline|workflow)\/([^/]+)\/(workflow|job)$/.exec(path) ?? [];
    if (method !== 'GET' || kind === undefined) return null;
    if (kind === 'pipeline' && list === 'workflow') {
      const found = this.#pipelines.find((pipeline) => pipeline.id === id);
      return found ? page(workflow(found, statusIn(world, found))) : missing('Pipeline not found');
    }
    if (kind === 'workflow' && list === 'job') {
      const found = this.#pipelines.find(({ workflowId }) => workflowId === id);
      return found ? page(job(found, buildIn(world, found))) : missing('Workflow not found');
    }
    return null;
  }

  #trigger(world: ServerWorld, org: string, repo: string, text: string): ServerAnswer {
    const body = text.trim() === '' ? {} : objectOrNull(JSON.parse(text));
    if (body === null || !['undefined', 'string'].includes(typeof body['branch'])) {
      return { status: 400, document: { message: 'Malformed request' } };
    }
    if (!world.builds().some((build) => build.org === org && build.repo === repo)) {
      return missing('Project not found');
    }
    const pipeline: Pipeline = {
      id: this.#random.uuid(),
      workflowId: this.#random.uuid(),
      number: this.#pipelines.filter((one) => one.org === org && one.repo === repo).length + 1,
      org,
      repo,
      buildNumber: this.#start(org, repo),
      createdAt: this.#now(),
    };
    this.#pipelines.push(pipeline);
    const { id, number, createdAt } = pipeline;
    return { status: 201, document: { number, state: 'pending', id, created_at: createdAt } };
  }
}

function page(item: unknown): ServerAnswer {
  return { status: 200, document: { next_page_token: null, items: [item] } };
}

function missing(message: string): ServerAnswer {
  return { status: 404, document: { message } };
}

function buildIn(
  world: ServerWorld,
  { org, repo, buildNumber }: Pipeline,
): BuildRecord | undefined {
  return world
    .builds()
    .find((build) => build.number === buildNumber && build.org === org && build.repo === repo);
}

function statusIn(world: ServerWorld, pipeline: Pipeline): string {
  const status = JOB_STATUS[buildIn(world, pipeline)?.status ?? 'queued'];
  // A workflow is running from the start, even while its jobs are queued.
  return status === 'queued' ? 'running' : status;
}

function workflow(
  { id, workflowId, number, org, repo, createdAt }: Pipeline,
  status: string,
): unknown {
  return {
    pipeline_id: id,
    id: workflowId,
    name: 'build',
    project_slug: `gh/${org}/${repo}`,
    status,
    pipeline_number: number,
    created_at: createdAt,
    stopped_at: null,
  };
}

function job(
  { org, repo, buildNumber, workflowId }: Pipeline,
  build: BuildRecord | undefined,
): unknown {
  const startedAt = build?.startedAt ?? null;
  return {
    dependencies: [],
    job_number: buildNumber,
    id: workflowId.replace(/^.{8}/, '00000000'),
    started_at: startedAt === null ? null : new Date(startedAt),
    name: 'build',
    project_slug: `gh/${org}/${repo}`,
    status: JOB_STATUS[build?.status ?? 'queued'],
    type: 'build',
  };
}
