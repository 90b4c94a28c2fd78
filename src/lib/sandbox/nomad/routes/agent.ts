import { type Answer, ApiError, flag } from '../api-request.ts';
import type { NomadCore } from '../core.ts';
import { agentMembers, agentSelf, metrics } from '../wire/agent.ts';
import { encode, type Wire } from '../wire/encode.ts';
import type { Route } from './route.ts';

/** `/v1/agent/...`, `/v1/status/...` and `/v1/metrics`: the agent's own state. */
export function agentRoutes(core: NomadCore): readonly Route[] {
  return [
    agent(/^\/v1\/agent\/self$/, () => plain(agentSelf(core))),
    agent(/^\/v1\/agent\/members$/, () => plain(agentMembers(core))),
    {
      kind: 'agent',
      open: true,
      pattern: /^\/v1\/agent\/health$/,
      answer: () => ({
        ...plain({
          server: { message: core.leader ? 'ok' : 'No cluster leader', ok: core.leader },
        }),
        status: core.leader ? 200 : 500,
      }),
    },
    {
      kind: 'agent',
      open: true,
      pattern: /^\/v1\/status\/leader$/,
      answer: () => plain(core.leader ? '127.0.0.1:4647' : ''),
    },
    {
      kind: 'agent',
      open: true,
      pattern: /^\/v1\/status\/peers$/,
      answer: () => plain(['127.0.0.1:4647']),
    },
    { kind: 'agent', open: true, pattern: /^\/v1\/regions$/, answer: () => plain(['global']) },
    {
      kind: 'agent',
      open: true,
      pattern: /^\/v1\/metrics$/,
      answer: (request) => {
        if (request.params.get('format') === 'prometheus') {
          throw new ApiError(415, 'Prometheus is not enabled');
        }
        return plain(metrics(core));
      },
    },
    {
      kind: 'write',
      methods: ['PUT', 'POST'],
      pattern: /^\/v1\/system\/gc$/,
      answer: (request) => {
        if (flag(request.params, 'dry')) return plain(null);
        for (const job of [...core.state.jobs.all()]) {
          if (job.status === 'dead') core.scheduler.forget(job.id);
        }
        return { index: null, body: () => '' };
      },
    },
  ];
}

function agent(pattern: RegExp, answer: () => Answer): Route {
  return { kind: 'agent', pattern, answer };
}

function plain(value: Wire): Answer {
  return { index: null, body: () => encode(value) };
}
