import type { Rule } from '../finding.ts';
import { illServices, podFinding } from './families/pod-ills.ts';

/** A container of a pod ends after every start. */
export const crashLooping: Rule = {
  code: 'CQ0101',
  name: 'a pod crash-loops',
  explains: [],
  ofPods: true,
  judge: (facts) =>
    illServices(facts, 'crash-loop').map((service) =>
      podFinding(service, {
        code: 'CQ0101',
        title: `${service.workload} crash-loops: it ends after every start`,
        remedy: {
          text: 'Its last words before it ended say why; a new pod does not help before that is mended.',
          commands: [
            `circleci-admin pods logs ${service.ill[0]?.name ?? service.name} --previous --tail 100`,
            `circleci-admin pods describe ${service.ill[0]?.name ?? service.name}`,
          ],
        },
      }),
    ),
};
