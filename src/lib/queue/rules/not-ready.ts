import type { Rule } from '../finding.ts';
import { podFinding, servicesWithProblem } from './families/pod-problems.ts';

/** A pod is not ready for a reason that no other rule about pods covers. */
export const notReady: Rule = {
  code: 'CQ0105',
  name: 'a pod is not ready',
  explains: [],
  ofPods: true,
  judge: (facts) =>
    servicesWithProblem(facts, 'not-ready').map((service) =>
      podFinding(service, {
        code: 'CQ0105',
        title: `${service.workload} is not ready, so it gets no traffic`,
        remedy: {
          text: 'Check its events and its log. The easiest way to restart it is to delete the pod: Kubernetes creates a new one.',
          commands: [
            `circleci-admin pods describe ${service.affected[0]?.name ?? service.name}`,
            `circleci-admin pods logs ${service.affected[0]?.name ?? service.name} --tail 100`,
          ],
        },
      }),
    ),
};
