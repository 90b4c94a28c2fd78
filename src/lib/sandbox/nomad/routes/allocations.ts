import { flag, found, missing, requireUuid, requireUuidPrefix } from '../api-request.ts';
import type { NomadCore } from '../core.ts';
import { listAnswer } from '../list.ts';
import { allocationJson, allocationObject, allocationStub } from '../wire/allocation.ts';
import { encode, omitEmpty } from '../wire/encode.ts';
import { evaluationObject } from '../wire/evaluation.ts';
import { type Route, segment } from './route.ts';

/** `/v1/allocations`, `/v1/allocation/...` (command/agent/alloc_endpoint.go). */
export function allocationRoutes(core: NomadCore): readonly Route[] {
  const { state, dialect } = core;
  return [
    {
      kind: 'query',
      pattern: /^\/v1\/allocations$/,
      answer: (request) => {
        const prefix = request.params.get('prefix') ?? '';
        requireUuidPrefix(prefix, 'alloc');
        const modern = dialect.since('1.0');
        const form = {
          taskStates: !modern || flag(request.params, 'task_states', true),
          resources: modern && flag(request.params, 'resources'),
        };
        return listAnswer(request, dialect, {
          index: state.allocations.index,
          records: state.allocations.withPrefix(prefix),
          object: (allocation) => allocationObject(allocation, dialect),
          json: (allocation) => allocationStub(allocation, form, dialect),
          total: state.allocations.size,
          cache: {
            cache: core.lists,
            list: 'allocations',
            form: `${form.taskStates}/${form.resources}`,
          },
        });
      },
    },
    {
      kind: 'query',
      pattern: /^\/v1\/allocation\/([^/]+)$/,
      answer: (request) => {
        const id = segment(request, 0);
        requireUuid(id, 'alloc');
        const allocation = state.allocations.get(id);
        if (allocation === undefined) return missing(state.allocations.index, 'alloc');
        return found(allocation.modifyIndex, () => allocationJson(allocation, dialect));
      },
    },
  ];
}

/** `/v1/evaluations`, `/v1/evaluation/...` (command/agent/eval_endpoint.go). */
export function evaluationRoutes(core: NomadCore): readonly Route[] {
  const { state, dialect } = core;
  return [
    {
      kind: 'query',
      pattern: /^\/v1\/evaluations$/,
      answer: (request) => {
        const prefix = request.params.get('prefix') ?? '';
        requireUuidPrefix(prefix, 'eval');
        const selective = dialect.since('1.2.4');
        const status = selective ? request.params.get('status') : null;
        const job = selective ? request.params.get('job') : null;
        return listAnswer(request, dialect, {
          index: state.evaluations.index,
          records: state.evaluations
            .withPrefix(prefix)
            .filter((evaluation) => !status || evaluation.status === status)
            .filter((evaluation) => !job || evaluation.jobId === job),
          object: (evaluation) => evaluationObject(evaluation, dialect),
          json: (evaluation) => encode(omitEmpty(evaluationObject(evaluation, dialect))),
        });
      },
    },
    {
      kind: 'query',
      pattern: /^\/v1\/evaluation\/([^/]+)$/,
      answer: (request) => {
        const id = segment(request, 0);
        requireUuid(id, 'eval');
        const evaluation = state.evaluations.get(id);
        if (evaluation === undefined) return missing(state.evaluations.index, 'eval');
        return found(evaluation.modifyIndex, () =>
          encode(omitEmpty(evaluationObject(evaluation, dialect))),
        );
      },
    },
    {
      kind: 'query',
      pattern: /^\/v1\/evaluation\/([^/]+)\/allocations$/,
      answer: (request) => {
        const id = segment(request, 0);
        const form = { taskStates: true, resources: false };
        return listAnswer(request, dialect, {
          index: state.allocations.index,
          records: state.allocations.all().filter((allocation) => allocation.evalId === id),
          object: (allocation) => allocationObject(allocation, dialect),
          json: (allocation) => allocationStub(allocation, form, dialect),
        });
      },
    },
  ];
}
