import { isRecord } from '../../../json-value.ts';
import { type Answer, ApiError, type ApiRequest, flag, found, missing } from '../api-request.ts';
import type { NomadCore } from '../core.ts';
import { createJob, type GroupRequest, type JobRequest } from '../job-spec.ts';
import { listAnswer } from '../list.ts';
import type { ConstraintRecord } from '../records.ts';
import { allocationObject, allocationStub } from '../wire/allocation.ts';
import { encode, omitEmpty } from '../wire/encode.ts';
import { evaluationObject } from '../wire/evaluation.ts';
import { jobObject, jobStub, jobSummary } from '../wire/job.ts';
import { number, objects, readBody, strings, text, type Unchecked } from './json-body.ts';
import { jsonList } from './nodes.ts';
import { type Route, segment } from './route.ts';

/** `/v1/jobs` and `/v1/job/...` (command/agent/job_endpoint.go). */
export function jobRoutes(core: NomadCore): readonly Route[] {
  const { state, dialect } = core;
  return [
    {
      kind: 'query',
      pattern: /^\/v1\/jobs$/,
      answer: (request) =>
        listAnswer(request, dialect, {
          index: Math.max(state.jobs.index, state.summaryIndex),
          records: state.jobs.withPrefix(request.params.get('prefix') ?? ''),
          object: (job) => jobObject(job, dialect),
          json: (job) => encode(jobStub(job, state, dialect)),
          total: state.jobs.size,
          cache: { cache: core.lists, list: 'jobs', form: '' },
        }),
    },
    // command/agent/namespace_endpoint.go
    {
      kind: 'query',
      pattern: /^\/v1\/namespace\/([^/]+)$/,
      answer: (request) => {
        const name = segment(request, 0);
        if (name !== 'default') return missing(1, 'Namespace');
        return found(1, () => JSON.stringify({ Name: name, CreateIndex: 1, ModifyIndex: 1 }));
      },
    },
    {
      kind: 'write',
      methods: ['PUT', 'POST'],
      pattern: /^\/v1\/(?:jobs|job\/[^/]+)$/,
      answer: (request) => register(core, request),
    },
    {
      kind: 'query',
      pattern: /^\/v1\/job\/([^/]+)$/,
      answer: (request) => {
        const job = state.jobs.get(segment(request, 0));
        if (job === undefined) return missing(state.jobs.index, 'job');
        return found(job.modifyIndex, () => encode(jobObject(job, dialect)));
      },
    },
    {
      kind: 'write',
      methods: ['DELETE'],
      pattern: /^\/v1\/job\/([^/]+)$/,
      answer: (request) => deregister(core, request),
    },
    {
      kind: 'query',
      pattern: /^\/v1\/job\/([^/]+)\/summary$/,
      answer: (request) => {
        const job = state.jobs.get(segment(request, 0));
        if (job === undefined) return missing(state.jobs.index, 'job');
        return found(job.summaryIndex, () => encode(jobSummary(job, state, dialect)));
      },
    },
    {
      kind: 'query',
      pattern: /^\/v1\/job\/([^/]+)\/allocations$/,
      answer: (request) => {
        const form = { taskStates: true, resources: false };
        return listAnswer(request, dialect, {
          index: state.allocations.index,
          records: state.allocationsOfJob(segment(request, 0)),
          object: (allocation) => allocationObject(allocation, dialect),
          json: (allocation) => allocationStub(allocation, form, dialect),
        });
      },
    },
    {
      kind: 'query',
      pattern: /^\/v1\/job\/([^/]+)\/evaluations$/,
      answer: (request) =>
        found(state.evaluations.index, () =>
          jsonList(state.evaluationsOfJob(segment(request, 0)), (evaluation) =>
            encode(omitEmpty(evaluationObject(evaluation, dialect))),
          ),
        ),
    },
  ];
}

function register(core: NomadCore, request: ApiRequest): Answer {
  const body = readBody(request.body);
  const spec = body['Job'];
  if (!isRecord(spec)) throw new ApiError(400, 'Job must be specified');
  const id = text(spec, 'ID');
  if (id === '') throw new ApiError(400, "Job ID hasn't been provided");
  const groups = objects(spec, 'TaskGroups');
  if (groups.length === 0) {
    throw new ApiError(
      500,
      'Unexpected response code: 1 error occurred:\n\t* Missing job task groups\n\n',
    );
  }
  const known = core.state.jobs.get(id);
  const job = createJob(core, jobRequest(spec, id, groups), (known?.version ?? -1) + 1);
  if (known !== undefined) job.createIndex = known.createIndex;
  const evaluation = core.scheduler.register(job);
  return {
    index: job.jobModifyIndex,
    body: () =>
      encode({
        EvalCreateIndex: evaluation.createIndex,
        EvalID: evaluation.id,
        Index: job.jobModifyIndex,
        JobModifyIndex: job.jobModifyIndex,
        KnownLeader: false,
        LastContact: 0,
        Warnings: '',
      }),
  };
}

function deregister(core: NomadCore, request: ApiRequest): Answer {
  const job = core.state.jobs.get(segment(request, 0));
  if (job === undefined) throw new ApiError(404, 'job not found');
  const evaluation = core.scheduler.deregister(job, flag(request.params, 'purge'));
  return {
    index: evaluation.createIndex,
    body: () =>
      encode({
        EvalCreateIndex: evaluation.createIndex,
        EvalID: evaluation.id,
        Index: evaluation.createIndex,
        JobModifyIndex: evaluation.createIndex,
        KnownLeader: false,
        LastContact: 0,
        VolumeEvalID: '',
        VolumeEvalIndex: 0,
      }),
  };
}

function jobRequest(spec: Unchecked, id: string, groups: readonly Unchecked[]): JobRequest {
  const type = text(spec, 'Type', 'service');
  const datacenters = spec['Datacenters'];
  return {
    id,
    type: type === 'batch' || type === 'system' ? type : 'service',
    priority: number(spec, 'Priority', 50),
    datacenters: Array.isArray(datacenters) ? datacenters.map(String) : ['default'],
    pool: text(spec, 'NodePool', 'default'),
    meta: strings(spec, 'Meta'),
    constraints: constraints(spec),
    groups: groups.map(groupRequest),
  };
}

function groupRequest(group: Unchecked): GroupRequest {
  const disk = group['EphemeralDisk'];
  return {
    name: text(group, 'Name', 'build'),
    count: number(group, 'Count', 1),
    diskMb: isRecord(disk) ? number(disk, 'SizeMB', 300) : 300,
    constraints: constraints(group),
    tasks: objects(group, 'Tasks').map((task) => {
      const resources = isRecord(task['Resources']) ? task['Resources'] : {};
      return {
        name: text(task, 'Name', 'build-agent'),
        driver: text(task, 'Driver', 'raw_exec'),
        env: strings(task, 'Env'),
        meta: strings(task, 'Meta'),
        config: { command: isRecord(task['Config']) ? text(task['Config'], 'command') : '' },
        cpuMhz: number(resources, 'CPU', 100),
        memoryMb: number(resources, 'MemoryMB', 300),
        killTimeoutMs: number(task, 'KillTimeout', 5_000_000_000) / 1_000_000,
      };
    }),
  };
}

function constraints(spec: Unchecked): readonly ConstraintRecord[] {
  return objects(spec, 'Constraints').map((constraint) => ({
    left: text(constraint, 'LTarget'),
    operand: text(constraint, 'Operand', '='),
    right: text(constraint, 'RTarget'),
  }));
}
