import type { Rule } from '../finding.ts';
import { podFinding, servicesWithProblem } from './families/pod-problems.ts';

/** The image of a container cannot be pulled. */
export const imageNotPulled: Rule = {
  code: 'CQ0103',
  name: 'an image cannot be pulled',
  explains: [],
  ofPods: true,
  judge: (facts) =>
    servicesWithProblem(facts, 'image').map((service) =>
      podFinding(service, {
        code: 'CQ0103',
        title: `${service.workload} does not start: its image cannot be pulled`,
        remedy: {
          text: "The pod's events show the answer of the registry: a name or tag that does not exist, a missing login, or no connection to the registry.",
          commands: [`circleci-admin pods describe ${service.affected[0]?.name ?? service.name}`],
        },
      }),
    ),
};
