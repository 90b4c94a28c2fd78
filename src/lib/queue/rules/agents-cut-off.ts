import { builds, listed } from '../build-names.ts';
import { outputEndpoint, outputServiceName, stageName } from '../facts/service-names.ts';
import { fact, lines, type Rule } from '../finding.ts';
import { known } from '../snapshot/evidence.ts';
import { isOffline } from './families/agent-line.ts';

/**
 * The number of last lines to examine: an agent that has reconnected logs other lines afterwards.
 */
const EXAMINED_LINES = 6;

/** Build agents log that they cannot reach the output-processor. */
export const agentsCutOff: Rule = {
  code: 'CQ0704',
  name: 'build agents cannot reach the output-processor',
  explains: ['CQ0701', 'CQ0705'],
  step: 'output port',
  judge(facts) {
    const cut = facts.snapshot.nomad.agentLogs.flatMap((agent) => {
      const last = (known(agent.log) ?? [])
        .filter((line) => line.trim() !== '')
        .slice(-EXAMINED_LINES);
      const failing = last.filter(isOffline);
      const ends = isOffline(last.at(-1) ?? '');
      return ends || failing.length * 2 > EXAMINED_LINES
        ? [{ agent, line: failing.at(-1) ?? '' }]
        : [];
    });
    const [first] = cut;
    if (!first) return [];
    const names = cut.map(
      ({ agent }) =>
        facts.trails.find(({ jobs }) => jobs.some(({ id }) => id === agent.jobId))?.name ??
        agent.jobId,
    );
    const nodes = [...new Set(cut.flatMap(({ agent }) => agent.nodeName ?? []))];
    const checked = facts.snapshot.nomad.agentLogs.length;
    return [
      {
        code: 'CQ0704',
        severity: 'error',
        place: 'output-processor',
        subject: stageName(facts, 'output-processor'),
        title: `build agents cannot reach ${outputServiceName(facts)}: ${builds(names.length)} waiting`,
        evidence: [
          ...lines(
            cut.slice(0, 3).map(({ agent, line }) => ({
              pod: agent.nodeName ?? agent.jobId,
              time: '',
              text: line,
            })),
          ),
          fact(`${cut.length} of ${checked} build agents checked: ${listed(names)}`),
        ],
        remedy: {
          text: `The agents keep retrying. Check ${outputEndpoint(facts)} from the clients, its name in DNS, and whether ${outputServiceName(facts)} is ready.`,
          commands: [
            `circleci-admin troubleshoot connectivity${nodes[0] === undefined ? '' : ` ${nodes[0]}`}`,
            `circleci-admin services show ${stageName(facts, 'output-processor')}`,
          ],
        },
        fix: null,
        builds: [...new Set(names)],
      },
    ];
  },
};
