import type { Rule } from '../finding.ts';
import { illServices, podFinding } from './families/pod-ills.ts';

/** A pod is not ready for a reason that no other rule about pods covers. */
export const notReady: Rule = {
  code: 'CQ0105',
  name: 'a pod is not ready',
  explains: [],
  ofPods: true,
  judge: (facts) =>
    illServices(facts, 'not-ready').map((service) =>
      podFinding(service, {
        code: 'CQ0105',
        title: `${service.workload} is not ready, so it gets no traffic`,
        remedy: {
          text: 'Check its events and its log. The easiest way to restart it is to delete the pod: Kubernetes creates a new one.',
          commands: [
            `circleci-admin pods describe ${service.ill[0]?.name ?? service.name}`,
            `circleci-admin pods logs ${service.ill[0]?.name ?? service.name} --tail 100`,
          ],
        },
      }),
    ),
};
