import type { Installation } from '../../installation/installation.ts';
import {
  type DeletionEvent,
  type DeletionReport,
  deleteAccount,
} from '../../users/deletion/delete-account.ts';
import {
  deletionLine,
  deletionPlanView,
  deletionReportView,
} from '../../users/deletion/deletion-view.ts';
import { type DeletionSources, planDeletion } from '../../users/deletion/plan-deletion.ts';
import type { Change } from '../rails/change.ts';

/** Looks up an account and returns its deletion as a change. */
export async function deleteUserChange(
  wanted: string,
  sources: DeletionSources,
  installation: Pick<Installation, 'name' | 'clock'>,
): Promise<Change<DeletionEvent>> {
  const plan = await planDeletion(wanted, sources);
  const { login } = plan;
  let report: DeletionReport = {
    login,
    outcome: 'unknown',
    error: { code: 'NOT_DELETED', message: 'The deletion ended before it started' },
    exitCode: 1,
  };
  return {
    action: `delete the account ${login}`,
    plan: {
      view: deletionPlanView(plan, installation.clock.now()),
      document: plan,
      warnings: plan.warnings,
    },
    confirm: {
      kind: 'typed',
      name: login,
      question: `Delete the account ${login} of ${installation.name} permanently?`,
    },
    apply: async function* (signal: AbortSignal) {
      const { timeoutMs } = sources;
      for await (const event of deleteAccount(sources.repl, login, { signal, timeoutMs })) {
        // runChange prints the report after the last event.
        if (event.type === 'report') report = event.report;
        else yield event;
      }
    },
    describe: deletionLine,
    document: (event) => event,
    report: () => ({
      view: deletionReportView(report),
      document: report,
      exitCode: report.exitCode,
    }),
    interrupted: () => [
      report.outcome === 'deleted'
        ? `Stopped, but ${login} was deleted.`
        : `Stopped. To check whether ${login} still exists: circleci-admin users list --source repl`,
    ],
  };
}
