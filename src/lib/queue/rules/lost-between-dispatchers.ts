import { builds } from '../build-names.ts';
import type { Rule } from '../finding.ts';
import { STAGE_SERVICES } from '../stages.ts';
import { lossFinding, lostBetween } from './families/lost.ts';

/**
 * A job was lost between the two dispatchers (operations guide, "Debug Queuing Builds", step 2).
 */
export const lostBetweenDispatchers: Rule = {
  code: 'CQ0202',
  name: 'a job is lost between legacy-dispatcher and dispatcher',
  explains: [],
  services: () => [...STAGE_SERVICES['legacy-dispatcher'], ...STAGE_SERVICES.dispatcher],
  judge(facts) {
    const lost = lostBetween(facts, 'legacy-dispatcher', 'dispatcher');
    if (lost.length === 0) return [];
    return [
      lossFinding(facts, lost, 'dispatcher', {
        code: 'CQ0202',
        place: 'dispatcher',
        subject: 'dispatcher',
        title: `${builds(lost.length)} lost between legacy-dispatcher and dispatcher`,
        remedy: {
          text: 'Delete both pods to make them reconnect, and wait until they are ready. Running builds are not affected.',
          commands: [
            'circleci-admin troubleshoot queue --fix',
            'circleci-admin pods restart legacy-dispatcher dispatcher --delete',
          ],
        },
        fix: { kind: 'delete-pods', services: ['legacy-dispatcher', 'dispatcher'] },
      }),
    ];
  },
};
