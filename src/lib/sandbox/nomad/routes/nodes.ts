import { isRecord } from '../../../json-value.ts';
import {
  type Answer,
  ApiError,
  type ApiRequest,
  flag,
  found,
  missing,
  requireUuid,
  requireUuidPrefix,
} from '../api-request.ts';
import type { NomadCore } from '../core.ts';
import { listAnswer } from '../list.ts';
import type { EvaluationRecord, NodeRecord } from '../records.ts';
import { allocationJson } from '../wire/allocation.ts';
import { encode } from '../wire/encode.ts';
import { nodeObject, nodeStub } from '../wire/node.ts';
import { goKind, readBody, strings, text, type Unchecked } from './json-body.ts';
import { type Route, segment } from './route.ts';

/** `/v1/nodes` and `/v1/node/...` (command/agent/node_endpoint.go). */
export function nodeRoutes(core: NomadCore): readonly Route[] {
  const { state, dialect } = core;
  return [
    { kind: 'query', pattern: /^\/v1\/nodes$/, answer: (request) => nodeList(core, request) },
    {
      kind: 'query',
      pattern: /^\/v1\/node\/([^/]+)$/,
      answer: (request) => {
        const id = segment(request, 0);
        requireUuid(id, 'node');
        const node = state.nodes.get(id);
        if (node === undefined) return missing(state.nodes.index, 'node');
        return found(node.modifyIndex, () => encode(nodeObject(node, dialect)));
      },
    },
    {
      kind: 'query',
      pattern: /^\/v1\/node\/([^/]+)\/allocations$/,
      answer: (request) => {
        const id = segment(request, 0);
        requireUuid(id, 'node');
        const allocations = state.allocationsOfNode(id);
        const index = allocations.reduce(
          (newest, { modifyIndex }) => Math.max(newest, modifyIndex),
          0,
        );
        return found(index === 0 ? state.allocations.index : index, () =>
          jsonList(allocations, (allocation) => allocationJson(allocation, dialect)),
        );
      },
    },
    {
      kind: 'write',
      methods: ['PUT', 'POST'],
      pattern: /^\/v1\/node\/([^/]+)\/drain$/,
      answer: (request) => drain(core, request),
    },
    {
      kind: 'write',
      methods: ['PUT', 'POST'],
      pattern: /^\/v1\/node\/([^/]+)\/eligibility$/,
      answer: (request) => eligibility(core, request),
    },
    {
      kind: 'write',
      methods: ['PUT', 'POST'],
      pattern: /^\/v1\/node\/([^/]+)\/purge$/,
      answer: (request) => {
        const evaluations = core.fleet.purge(nodeToChange(core, request));
        const index = state.nodes.index;
        return {
          index,
          body: () =>
            encode({
              EvalCreateIndex: evaluations[0]?.createIndex ?? 0,
              EvalIDs: idsOf(evaluations),
              Index: index,
              LastContact: 0,
              KnownLeader: false,
              NodeModifyIndex: index,
            }),
        };
      },
    },
  ];
}

function nodeList(core: NomadCore, request: ApiRequest): Answer {
  const { state, dialect } = core;
  const prefix = request.params.get('prefix') ?? '';
  requireUuidPrefix(prefix, 'node');
  const form = {
    resources: dialect.since('1.0') && flag(request.params, 'resources'),
    os: dialect.since('1.3') && flag(request.params, 'os'),
  };
  return listAnswer(request, dialect, {
    index: state.nodes.index,
    records: state.nodes.withPrefix(prefix),
    global: true,
    object: (node) => nodeObject(node, dialect),
    json: (node) => nodeStub(node, form, dialect),
    total: state.nodes.size,
    cache: { cache: core.lists, list: 'nodes', form: `${form.resources}/${form.os}` },
  });
}

function drain(core: NomadCore, request: ApiRequest): Answer {
  const forced = core.dialect.since('1.1') ? null : request.params.get('enable');
  if (forced !== null) {
    const node = nodeToChange(core, request);
    if (!flag(request.params, 'enable')) {
      const { index, evaluations } = core.drainer.cancel(node, true, null);
      return changed(index, index, evaluations);
    }
    const force = { deadlineNs: -1_000_000_000n, ignoreSystemJobs: false, meta: null };
    const index = core.drainer.start(node, force);
    return changed(index, index, []);
  }
  const body = readBody(request.body);
  const spec = drainSpec(body);
  const node = nodeToChange(core, request);
  const meta = core.dialect.since('1.1') ? strings(body, 'Meta') : null;
  if (spec === null) {
    const { index, evaluations } = core.drainer.cancel(node, body['MarkEligible'] === true, meta);
    return changed(index, index, evaluations);
  }
  const index = core.drainer.start(node, { ...spec, meta });
  return changed(index, index, []);
}

function drainSpec(
  body: Unchecked,
): { readonly deadlineNs: bigint; readonly ignoreSystemJobs: boolean } | null {
  const spec = body['DrainSpec'];
  if (spec === null || spec === undefined) return null;
  if (!isRecord(spec)) {
    throw wrongType(goKind(spec), 'NodeUpdateDrainRequest.DrainSpec', 'api.DrainSpec');
  }
  const deadline = spec['Deadline'] ?? 0;
  if (typeof deadline !== 'number' || !Number.isInteger(deadline)) {
    throw wrongType(goKind(deadline), 'DrainSpec.DrainSpec.Deadline', 'time.Duration');
  }
  return {
    deadlineNs: BigInt(deadline),
    ignoreSystemJobs: spec['IgnoreSystemJobs'] === true,
  };
}

function eligibility(core: NomadCore, request: ApiRequest): Answer {
  const wanted = text(readBody(request.body), 'Eligibility');
  const node = nodeToChange(core, request);
  if (wanted !== 'eligible' && wanted !== 'ineligible') {
    throw new ApiError(500, `invalid scheduling eligibility "${wanted}"`);
  }
  if (node.drain !== null && wanted === 'eligible') {
    throw new ApiError(
      500,
      "can not set node's scheduling eligibility to eligible while it is draining",
    );
  }
  const { index, evaluations } = core.fleet.setEligibility(node, wanted === 'eligible');
  return changed(index, 0, evaluations);
}

function nodeToChange(core: NomadCore, request: ApiRequest): NodeRecord {
  const id = segment(request, 0);
  requireUuid(id, 'node');
  const node = core.state.nodes.get(id);
  if (node === undefined) throw new ApiError(500, 'node not found');
  return node;
}

function wrongType(kind: string, field: string, type: string): ApiError {
  return new ApiError(
    400,
    `json: cannot unmarshal ${kind} into Go struct field ${field} of type ${type}`,
  );
}

function changed(
  index: number,
  nodeModifyIndex: number,
  evaluations: readonly EvaluationRecord[],
): Answer {
  return {
    index,
    body: () =>
      encode({
        EvalCreateIndex: evaluations[0]?.createIndex ?? 0,
        EvalIDs: idsOf(evaluations),
        Index: index,
        NodeModifyIndex: nodeModifyIndex,
      }),
  };
}

function idsOf(evaluations: readonly EvaluationRecord[]): readonly string[] | null {
  return evaluations.length === 0 ? null : evaluations.map(({ id }) => id);
}

/** Yields a JSON array one element at a time, because full allocations contain whole jobs. */
export function* jsonList<T>(records: readonly T[], json: (record: T) => string): Iterable<Buffer> {
  let separator = '[';
  for (const record of records) {
    yield Buffer.from(separator + json(record));
    separator = ',';
  }
  yield Buffer.from(separator === '[' ? '[]' : ']');
}
