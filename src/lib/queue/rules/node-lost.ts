import { DATA_SERVICES, NOMAD_SERVICE } from '../facts/importance.ts';
import type { Finding, Rule } from '../finding.ts';
import { type ServiceWithProblem, servicesWithProblem } from './families/pod-problems.ts';

/** A node of the cluster no longer runs its pods. */
export const nodeLost: Rule = {
  code: 'CQ0107',
  name: 'a node of the cluster is lost',
  explains: [],
  ofPods: true,
  judge(facts) {
    const services = servicesWithProblem(facts, 'node-lost');
    const nodes = services.flatMap(({ affected }) =>
      affected.flatMap(({ judgement }) => judgement.lostNode ?? []),
    );
    return [...new Set(nodes)].sort().map((node) => found(node, services));
  },
};

function found(node: string, services: readonly ServiceWithProblem[]): Finding {
  const on = services.filter(({ affected }) =>
    affected.some(({ judgement }) => judgement.lostNode === node),
  );
  const down = on.filter(({ severity }) => severity === 'error');
  const [first] = [...(down.length > 0 ? down : on)].sort((a, b) => rankOf(a) - rankOf(b));
  const names = [...new Set((down.length > 0 ? down : on).map(({ workload }) => workload))];
  const verb = names.length === 1 ? 'is' : 'are';
  const stays = on.some(({ affected }) =>
    affected.some(({ judgement }) => judgement.blocksReplacement),
  );
  return {
    code: 'CQ0107',
    severity: down.length > 0 ? 'error' : 'warning',
    place: 'kubernetes',
    subject: first?.name ?? null,
    title: `node ${node} is lost, and ${names.join(', ')} ${verb} down with it`,
    evidence: on.flatMap(({ evidence }) => evidence.slice(0, 1)),
    remedy: {
      text: stays
        ? 'Repair the node, or delete it if its machine is gone: Kubernetes replaces the pods of a StatefulSet only then.'
        : 'Repair the node. Kubernetes replaces its pods elsewhere about 5 minutes after it was lost.',
      commands: [
        'circleci-admin pods list --not-ready --output wide',
        `kubectl describe node ${node}`,
        ...(stays ? [`kubectl delete node ${node}`] : []),
      ],
    },
    builds: [...new Set(on.flatMap(({ builds }) => builds))],
    fix: null,
  };
}

/** Returns the position of a service; those that all others depend on come first. */
function rankOf({ name }: ServiceWithProblem): number {
  if (DATA_SERVICES.has(name)) return 0;
  return name === NOMAD_SERVICE ? 1 : 2;
}
