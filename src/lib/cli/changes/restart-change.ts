import type { Milliseconds } from '../../clock.ts';
import type { Installation } from '../../installation/installation.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { RestartPlan } from '../../pods/restart/plan.ts';
import { reportRestart } from '../../pods/restart/report.ts';
import { type RestartEvent, restartPods, targetName } from '../../pods/restart/restart.ts';
import {
  restartLine,
  restartPlanView,
  restartProgress,
  restartReportView,
  restartWarnings,
} from '../../pods/restart/view.ts';
import type { Change, Confirmation } from '../rails/change.ts';

/** Returns a restart of pods as a change. */
export function restartChange(
  context: {
    readonly client: KubernetesClient;
    readonly installation: Pick<Installation, 'name' | 'clock'>;
    readonly targetFlags: string;
  },
  plan: RestartPlan,
  options: { readonly detach: boolean; readonly timeoutMs: Milliseconds },
): Change<RestartEvent> {
  const { client, installation, targetFlags } = context;
  const events: RestartEvent[] = [];
  const what = plan.targets.map(targetName).join(', ');
  return {
    action: `${plan.how === 'roll' ? 'restart' : 'delete the pods of'} ${what}`,
    plan: {
      view: restartPlanView(plan),
      document: plan,
      warnings: restartWarnings(plan),
      ...(plan.targets.length === 0 ? { nothing: 'No pod matches the selection.' } : {}),
    },
    confirm: restartConfirmation(plan, installation.name),
    apply: async function* (signal) {
      const { clock } = installation;
      for await (const event of restartPods(client, plan, { clock, signal, ...options })) {
        if (event.type !== 'progress') events.push(event);
        yield event;
      }
    },
    describe: restartLine,
    progress: restartProgress,
    document: (event) => event,
    report: () => {
      const report = reportRestart(plan, events);
      return { view: restartReportView(report), document: report, exitCode: report.exitCode };
    },
    interrupted: () => [
      'Kubernetes continues to replace the pods.',
      `Check them with: circleci-admin pods list --not-ready${targetFlags}`,
    ],
  };
}

/** A name must be typed if the outage of a service loses builds. */
export function restartConfirmation(plan: RestartPlan, installation: string): Confirmation {
  const what = plan.targets.map(targetName).join(', ');
  const question = `Restart ${what} of ${installation}?`;
  const losing = plan.targets.filter(({ losesBuilds }) => losesBuilds);
  const [only, ...others] = losing;
  if (!only) return { kind: 'yes-no', question };
  const name = others.length === 0 ? (only.service ?? only.name) : installation;
  return { kind: 'typed', question, name };
}
