import type { Rule } from '../finding.ts';
import { illServices, podFinding } from './families/pod-ills.ts';

/** The image of a container cannot be had. */
export const imageNotPulled: Rule = {
  code: 'CQ0103',
  name: 'an image cannot be pulled',
  explains: [],
  ofPods: true,
  judge: (facts) =>
    illServices(facts, 'image').map((service) =>
      podFinding(service, {
        code: 'CQ0103',
        title: `${service.workload} does not start: its image cannot be pulled`,
        remedy: {
          text: "The pod's events say what the registry answered: a name or tag that is not there, a login that is missing, or no way to the registry.",
          commands: [`circleci-admin pods describe ${service.ill[0]?.name ?? service.name}`],
        },
      }),
    ),
};
