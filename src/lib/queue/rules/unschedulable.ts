import type { Rule } from '../finding.ts';
import { podFinding, servicesWithProblem } from './families/pod-problems.ts';

/** No node of the cluster can run a pod. */
export const unschedulable: Rule = {
  code: 'CQ0104',
  name: 'a pod cannot be scheduled',
  explains: [],
  ofPods: true,
  judge: (facts) =>
    servicesWithProblem(facts, 'unschedulable').map((service) =>
      podFinding(service, {
        code: 'CQ0104',
        title: `${service.workload} is Pending: no node can run its pod`,
        remedy: {
          text: "Add a node to the cluster, or free the resource named in the pod's events.",
          commands: [`circleci-admin pods describe ${service.affected[0]?.name ?? service.name}`],
        },
      }),
    ),
};
