import { builds } from '../build-names.ts';
import type { QueueFacts } from '../facts/facts.ts';
import { servicesOfStage } from '../facts/importance.ts';
import { reachesBack } from '../facts/stopped.ts';
import type { Rule } from '../finding.ts';
import { known } from '../snapshot/evidence.ts';
import { STAGE_SERVICES } from '../stages.ts';
import { lossFinding, lostBetween } from './families/lost.ts';

/** The UI has a build in its queue, and no stage has ever heard of it. */
export const neverDispatched: Rule = {
  code: 'CQ0203',
  name: 'queued builds that no stage has received',
  explains: [],
  judge(facts) {
    const [first] = facts.stages;
    if (first === undefined || !namesBuilds(facts)) return [];
    const lost = lostBetween(facts, null, first).filter(({ ageMs }) =>
      facts.stages.slice(0, 3).every((stage) => reachesBack(facts, stage, ageMs)),
    );
    if (lost.length === 0) return [];
    const services = servicesOfStage(known(facts.snapshot.pods) ?? [], first);
    return [
      lossFinding(facts, lost, first, {
        code: 'CQ0203',
        place: first,
        subject: first,
        title: `${builds(lost.length)} queued in the UI, but ${first} has not received ${lost.length === 1 ? 'it' : 'them'}`,
        remedy: {
          text: `Restart ${services.join(' and ')}, to make it reconnect to its queue. Running builds are not affected.`,
          commands: [
            'circleci-admin troubleshoot queue --fix',
            `circleci-admin pods restart ${services.join(' ')}`,
          ],
        },
        fix: { kind: 'delete-pods', services },
      }),
    ];
  },
};

/** Stages of 3.x name each build. What those of later versions write has to be seen first. */
function namesBuilds(facts: QueueFacts): boolean {
  const pods = known(facts.snapshot.pods) ?? [];
  return facts.stages.slice(0, 3).every((stage) => {
    const old = servicesOfStage(pods, stage).every((name) => name === STAGE_SERVICES[stage][0]);
    return old || (facts.logs.get(stage)?.builds.size ?? 0) > 0;
  });
}
