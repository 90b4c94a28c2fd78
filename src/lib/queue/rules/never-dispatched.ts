import { builds } from '../build-names.ts';
import type { QueueFacts } from '../facts/facts.ts';
import { effectOnBuilds, stageName } from '../facts/service-names.ts';
import { logsCover } from '../facts/stopped.ts';
import type { Rule } from '../finding.ts';
import { type Stage, serviceOf } from '../stages.ts';
import { lossFinding, lostBetween } from './families/lost.ts';

/** The UI shows a build as queued, and no stage has received it. */
export const neverDispatched: Rule = {
  code: 'CQ0203',
  name: 'queued builds that no stage has received',
  explains: [],
  judge(facts) {
    const [first] = facts.stages;
    if (first === undefined || !namesBuilds(facts)) return [];
    const lost = lostBetween(facts, null, first).filter(({ ageMs }) =>
      beforeNomad(facts).every((stage) => logsCover(facts, stage, ageMs)),
    );
    if (lost.length === 0) return [];
    const name = stageName(facts, first);
    // The operations guide's fix deletes the dispatchers' pods. It has none for later services.
    const isGuides = facts.pipeline !== 'distributor';
    const services = [serviceOf(facts.pipeline, first) ?? name];
    return [
      lossFinding(facts, lost, first, {
        code: 'CQ0203',
        place: first,
        subject: name,
        title: `${builds(lost.length)} queued in the UI, but ${name} has not received ${lost.length === 1 ? 'it' : 'them'}`,
        remedy: {
          text: `Restart ${services.join(' and ')}, to make it reconnect to its queue. ${effectOnBuilds(facts)}`,
          commands: [
            ...(isGuides ? ['circleci-admin troubleshoot queue --fix'] : []),
            `circleci-admin pods restart ${services.join(' ')}`,
          ],
        },
        fix: isGuides ? { kind: 'delete-pods', services } : null,
      }),
    ];
  },
};

/**
 * Returns whether the logs name builds. Up to 4.2 all stages do; for later versions this must be
 * seen in the logs.
 */
function namesBuilds(facts: QueueFacts): boolean {
  if (facts.pipeline !== 'distributor') return true;
  return beforeNomad(facts).every((stage) => (facts.logs.get(stage)?.builds.size ?? 0) > 0);
}

function beforeNomad({ stages }: QueueFacts): readonly Stage[] {
  return stages.filter((stage) => stage !== 'output-processor');
}
