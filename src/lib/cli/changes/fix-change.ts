import type { Milliseconds } from '../../clock.ts';
import { EXIT_CODES } from '../../errors.ts';
import type { Installation } from '../../installation/installation.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { RestartPlan } from '../../pods/restart/plan.ts';
import { type RestartReport, reportRestart } from '../../pods/restart/report.ts';
import type { RestartEvent } from '../../pods/restart/restart.ts';
import { restartLine, restartPlanView, restartProgress } from '../../pods/restart/view.ts';
import type { Diagnosis, JudgedFinding } from '../../queue/diagnosis.ts';
import {
  type FixEvent,
  fixFindings,
  isFixProved,
  remainingFindings,
} from '../../queue/fix-findings.ts';
import { type QueueStyle, queueDocument, queueLines } from '../../queue/view.ts';
import { formatDuration } from '../../units.ts';
import type { Change } from '../rails/change.ts';
import { exitCodeOf } from '../troubleshoot/show-diagnosis.ts';
import { restartConfirmation } from './restart-change.ts';

/** The inputs of {@link fixChange}. */
export interface FixContext {
  readonly client: KubernetesClient;
  readonly installation: Pick<Installation, 'name' | 'clock'>;
  /** The flags that select the installation, for suggested commands. */
  readonly targetFlags: string;
  readonly style: QueueStyle;
  /** Gathers new evidence and diagnoses it. */
  readonly diagnoseAgain: () => Promise<Diagnosis>;
}

/**
 * Returns the operations guide's remedy for the findings as a change that ends with a diagnosis.
 */
export function fixChange(
  context: FixContext,
  before: { readonly diagnosis: Diagnosis; readonly findings: readonly JudgedFinding[] },
  plan: RestartPlan,
  waiting: { readonly timeoutMs: Milliseconds; readonly settleMs: Milliseconds },
): Change<FixEvent> {
  const { client, installation, targetFlags, style, diagnoseAgain } = context;
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
      document: fixDocument({ before: diagnosis, codes, plan }),
      warnings: [],
    },
    confirm: restartConfirmation(plan, installation.name),
    apply: async function* (signal) {
      const options = { clock, signal, detach: false, ...waiting };
      for await (const event of fixFindings(client, plan, findings, diagnoseAgain, options)) {
        if (event.type === 'restart') restarts.push(event.event);
        if (event.type === 'looked') after = event.diagnosis;
        yield event;
      }
    },
    describe: (event) => {
      if (event.type === 'restart') return restartLine(event.event);
      if (event.type === 'looked') return undefined;
      if (event.type === 'settling') {
        return `The new pods are ready: checking again in ${formatDuration(event.afterMs)}.`;
      }
      const found =
        event.codes.length === 0
          ? 'no build has come through the new pods yet'
          : `${event.codes.join(', ')} still found`;
      return `${found}: checking again in ${formatDuration(event.afterMs)}.`;
    },
    progress: (event) => (event.type === 'restart' ? restartProgress(event.event) : undefined),
    document: (event) => {
      if (event.type === 'looked') return { ...event, diagnosis: queueDocument(event.diagnosis) };
      return event;
    },
    report: () => {
      const restart = reportRestart(plan, restarts);
      const { exitCode } = restart;
      const left = after === null ? 0 : fixExitCode(findings, after);
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
        document: fixDocument({ before: diagnosis, codes, plan, restart, after }),
        exitCode: exitCode === 0 ? left : exitCode,
      };
    },
    interrupted: () => [
      'Kubernetes continues to replace the pods.',
      `Check again with: circleci-admin troubleshoot queue${targetFlags}`,
    ],
  };
}

/** Returns the JSON document of a fix, with the same keys if it is planned, done or not needed. */
export function fixDocument(fixed: {
  readonly before: Diagnosis;
  readonly codes: readonly string[];
  readonly plan?: RestartPlan | null;
  readonly restart?: RestartReport | null;
  readonly after?: Diagnosis | null;
}) {
  const { before, codes, plan = null, restart = null, after = null } = fixed;
  return {
    before: queueDocument(before),
    codes,
    plan,
    restart,
    after: after === null ? null : queueDocument(after),
  };
}

/** Returns the exit code for the last diagnosis: a fix that no build has proved in time is none. */
function fixExitCode(fixed: readonly JudgedFinding[], after: Diagnosis): number {
  return exitCodeOf(after) || (isFixProved(fixed, after) ? 0 : EXIT_CODES.timeout);
}

/** Returns whether the findings are fixed, according to the last diagnosis. */
function outcome(
  fixed: readonly JudgedFinding[],
  { exitCode }: RestartReport,
  after: Diagnosis,
): string {
  const codes = fixed.map(({ code }) => code).join(', ');
  const left = [...new Set(remainingFindings(fixed, after).map(({ code }) => code))];
  if (left.length > 0) return `Not fixed: ${left.join(', ')} ${isAre(left)} still found.`;
  if (exitCode === 0 && !isFixProved(fixed, after)) {
    return `Not proved: ${codes} ${isAre(fixed)} no longer found, but the old logs are gone, and no build has come through the new pods yet. Start a build, and check again.`;
  }
  if (exitCode !== 0) return `Not fixed: not all pods were replaced (${codes}).`;
  return `Fixed: ${codes} ${isAre(fixed)} no longer found.`;
}

function isAre({ length }: readonly unknown[]): string {
  return length === 1 ? 'is' : 'are';
}
