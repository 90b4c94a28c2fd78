import type { Rule } from '../finding.ts';
import { podFinding, servicesWithProblem } from './families/pod-problems.ts';

/** A container terminates after every start. */
export const crashLooping: Rule = {
  code: 'CQ0101',
  name: 'a pod crash-loops',
  explains: [],
  ofPods: true,
  judge: (facts) =>
    servicesWithProblem(facts, 'crash-loop').map((service) =>
      podFinding(service, {
        code: 'CQ0101',
        title: `${service.workload} crash-loops: it terminates after every start`,
        remedy: {
          text: 'The end of its previous log says why. Fix that first: a new pod will crash too.',
          commands: [
            `circleci-admin pods logs ${service.affected[0]?.name ?? service.name} --previous --tail 100`,
            `circleci-admin pods describe ${service.affected[0]?.name ?? service.name}`,
          ],
        },
      }),
    ),
};
