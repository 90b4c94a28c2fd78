import { builds } from '../build-names.ts';
import { effectOnBuilds, stageName } from '../facts/service-names.ts';
import type { Rule } from '../finding.ts';
import { STAGE_SERVICES, serviceOf } from '../stages.ts';
import { lossFinding, lostBetween } from './families/lost.ts';

/** The dispatcher handed a build on, and the schedulerer never received its task. */
export const lostBeforeSchedulerer: Rule = {
  code: 'CQ0303',
  name: 'a job is lost between dispatcher and schedulerer',
  explains: [],
  services: () => [...STAGE_SERVICES.dispatcher, ...STAGE_SERVICES.schedulerer],
  judge(facts) {
    const lost = lostBetween(facts, 'dispatcher', 'schedulerer');
    if (lost.length === 0) return [];
    const [from, to] = [stageName(facts, 'dispatcher'), stageName(facts, 'schedulerer')];
    const services = (['dispatcher', 'schedulerer'] as const).flatMap(
      (stage) => serviceOf(facts.pipeline, stage) ?? [],
    );
    return [
      lossFinding(facts, lost, 'schedulerer', {
        code: 'CQ0303',
        place: 'schedulerer',
        subject: to,
        title: `${builds(lost.length)} lost between ${from} and ${to}`,
        remedy: {
          text: `Restart both to make them reconnect to their queue. ${effectOnBuilds(facts)}`,
          commands: [`circleci-admin pods restart ${services.join(' ')}`],
        },
        fix: null,
      }),
    ];
  },
};
