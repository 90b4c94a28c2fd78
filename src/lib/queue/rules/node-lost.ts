import { firstNames, joinNames } from '../../join-names.ts';
import { DATA_SERVICES, NOMAD_SERVICE } from '../facts/importance.ts';
import type { Finding, Rule } from '../finding.ts';
import { type ServiceWithProblem, servicesWithProblem } from './families/pod-problems.ts';

/** How many services a title names. */
const NAMED = 3;

/** A node of the cluster no longer runs its pods. */
export const nodeLost: Rule = {
  code: 'CQ0107',
  name: 'a node of the cluster is lost',
  explains: [],
  ofPods: true,
  isRoot: true,
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
  const concerned = (down.length > 0 ? down : on).toSorted((a, b) => rankOf(a) - rankOf(b));
  const names = [...new Set(concerned.map(({ workload }) => workload))];
  const stays = on.some(({ affected }) =>
    affected.some(({ judgement }) => judgement.blocksReplacement),
  );
  return {
    code: 'CQ0107',
    severity: down.length > 0 ? 'error' : 'warning',
    place: 'kubernetes',
    subject: concerned[0]?.name ?? null,
    down: concerned.map(({ name }) => name),
    title: `node ${node} is lost, and ${subjectOf(names)} down with it`,
    // The evidence of a service begins with its affected pods, in the same order.
    evidence: on.flatMap(({ evidence, affected }) =>
      evidence.filter((_, at) => affected[at]?.judgement.lostNode === node).slice(0, 1),
    ),
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

/** Names the first services of a sentence and counts the others. */
function subjectOf(names: readonly string[]): string {
  if (names.length > NAMED + 1) return `${firstNames(names, NAMED)} services are`;
  return `${joinNames(names)} ${names.length === 1 ? 'is' : 'are'}`;
}

/** Returns the position of a service; those that all others depend on come first. */
function rankOf({ name }: ServiceWithProblem): number {
  if (DATA_SERVICES.has(name)) return 0;
  return name === NOMAD_SERVICE ? 1 : 2;
}
