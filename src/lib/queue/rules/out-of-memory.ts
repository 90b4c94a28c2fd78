import type { Rule } from '../finding.ts';
import { podFinding, servicesWithProblem } from './families/pod-problems.ts';

/** A container exceeded its memory limit and was killed. */
export const outOfMemory: Rule = {
  code: 'CQ0102',
  name: 'a pod was OOM-killed',
  explains: [],
  ofPods: true,
  judge: (facts) =>
    servicesWithProblem(facts, 'out-of-memory').map((service) =>
      podFinding(service, {
        code: 'CQ0102',
        title: `${service.workload} was OOM-killed: it used more memory than its limit`,
        remedy: {
          text: 'Raise the memory limit of its container; until then it will be killed again under load.',
          commands: [
            `circleci-admin pods describe ${service.affected[0]?.name ?? service.name}`,
            `circleci-admin pods logs ${service.affected[0]?.name ?? service.name} --previous --tail 100`,
          ],
        },
      }),
    ),
};
