import type { Milliseconds } from '../../clock.ts';
import { EXIT_CODES } from '../../errors.ts';
import type { Installation } from '../../installation/installation.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { RestartPlan } from '../../pods/restart/plan.ts';
import { type RestartReport, reportRestart } from '../../pods/restart/report.ts';
import type { RestartEvent } from '../../pods/restart/restart.ts';
import { restartLine, restartPlanView, restartProgress } from '../../pods/restart/view.ts';
import type { Diagnosis, JudgedFinding } from '../../queue/diagnosis.ts';
import { leftOf, type MendEvent, mend } from '../../queue/mend.ts';
import { type QueueStyle, queueDocument, queueLines } from '../../queue/view.ts';
import { formatDuration } from '../../units.ts';
import type { Change } from '../rails/change.ts';
import { restartConfirmation } from './restart-change.ts';

/** What mending stands on. */
export interface MendContext {
  readonly client: KubernetesClient;
  readonly installation: Pick<Installation, 'name' | 'clock'>;
  /** The flags that chose the installation, for commands that are suggested. */
  readonly place: string;
  readonly style: QueueStyle;
  /** Gathers and judges once more. */
  readonly look: () => Promise<Diagnosis>;
}

/** The guide's remedy for what was found, on the rails of a change; ends with another look. */
export function mendChange(
  context: MendContext,
  before: { readonly diagnosis: Diagnosis; readonly findings: readonly JudgedFinding[] },
  plan: RestartPlan,
  waiting: { readonly timeoutMs: Milliseconds; readonly settleMs: Milliseconds },
): Change<MendEvent> {
  const { client, installation, place, style, look } = context;
  const { clock } = installation;
  const { diagnosis, findings } = before;
  const codes = findings.map(({ code }) => code);
  const restarts: RestartEvent[] = [];
  let after: Diagnosis | null = null;
  return {
    action: `fix ${codes.join(', ')}`,
    plan: {
      view: {
        blocks: [
          {
            kind: 'lines',
            title: 'To fix',
            lines: findings.map(({ code, title }) => `${code} ${title}`),
          },
          ...restartPlanView(plan).blocks,
        ],
      },
      document: mendDocument({ before: diagnosis, codes, plan }),
      warnings: [],
    },
    confirm: restartConfirmation(plan, installation.name),
    apply: async function* (signal) {
      const options = { clock, signal, detach: false, ...waiting };
      for await (const event of mend(client, plan, findings, look, options)) {
        if (event.type === 'restart') restarts.push(event.event);
        if (event.type === 'looked') after = event.diagnosis;
        yield event;
      }
    },
    describe: (event) => {
      if (event.type === 'restart') return restartLine(event.event);
      if (event.type === 'looked') return undefined;
      return `${event.codes.join(', ')} still found: checking again in ${formatDuration(event.afterMs)}.`;
    },
    progress: (event) => (event.type === 'restart' ? restartProgress(event.event) : undefined),
    document: (event) => {
      if (event.type === 'looked') return { ...event, diagnosis: queueDocument(event.diagnosis) };
      return event;
    },
    report: () => {
      const restart = reportRestart(plan, restarts);
      const { exitCode } = restart;
      const left = after !== null && after.findings.length > 0 ? EXIT_CODES.findings : 0;
      return {
        view: {
          blocks:
            after === null
              ? []
              : [
                  {
                    kind: 'lines',
                    lines: [...queueLines(after, style), '', outcome(findings, restart, after)],
                  },
                ],
        },
        document: mendDocument({ before: diagnosis, codes, plan, restart, after }),
        exitCode: exitCode === 0 ? left : exitCode,
      };
    },
    interrupted: () => [
      'Kubernetes continues to replace the pods.',
      `Check again with: circleci-admin troubleshoot queue${place}`,
    ],
  };
}

/** What was fixed, or is to be, as JSON: the same keys whether it is planned, done, or was not needed. */
export function mendDocument(mended: {
  readonly before: Diagnosis;
  readonly codes: readonly string[];
  readonly plan?: RestartPlan | null;
  readonly restart?: RestartReport | null;
  readonly after?: Diagnosis | null;
}) {
  const { before, codes, plan = null, restart = null, after = null } = mended;
  return {
    before: queueDocument(before),
    codes,
    plan,
    restart,
    after: after === null ? null : queueDocument(after),
  };
}

/** Whether it helped, as far as the last look shows. */
function outcome(
  mended: readonly JudgedFinding[],
  { exitCode }: RestartReport,
  after: Diagnosis,
): string {
  const codes = mended.map(({ code }) => code).join(', ');
  const left = [...new Set(leftOf(mended, after).map(({ code }) => code))];
  if (left.length > 0) return `Not fixed: ${left.join(', ')} ${isAre(left)} still found.`;
  if (exitCode !== 0) return `Not fixed: not all pods were replaced (${codes}).`;
  return `Fixed: ${codes} ${isAre(mended)} no longer found.`;
}

function isAre({ length }: readonly unknown[]): string {
  return length === 1 ? 'is' : 'are';
}
