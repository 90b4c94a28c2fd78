import { join, resolve } from 'node:path';
import type { Clock } from '../../clock.ts';
import {
  accountEventLine,
  accountPlanView,
  accountProgress,
  accountReportView,
} from '../../users/account-change-view.ts';
import type { AccountPlan } from '../../users/account-plan.ts';
import { type AccountReport, accountReport } from '../../users/account-report.ts';
import {
  type AccountChanger,
  type AccountEvent,
  changeAccounts,
} from '../../users/change-accounts.ts';
import { formerAccounts, type UndoFile, writeUndoFile } from '../../users/undo-file.ts';
import { accountsText } from '../../users/view.ts';
import type { Change } from '../rails/change.ts';

/** The inputs of {@link accountChange}. */
export interface AccountChangeContext {
  readonly api: AccountChanger;
  readonly clock: Clock;
  /** The name and host, for the confirmation and for the undo file. */
  readonly installation: { readonly name: string; readonly host: string | null };
  /** The absolute path of the undo file. */
  readonly undoPath: string;
  /** The flags that select the installation, for suggested commands. */
  readonly targetFlags: string;
}

/** The verb of a change; in lower case inside a sentence. */
export type AccountVerb = 'Suspend' | 'Activate' | 'Change' | 'Restore';

/** Returns the path of the undo file: the requested one, or a new one in the data directory. */
export function undoPath(
  requestedPath: string | undefined,
  where: { readonly dataDir: string; readonly cwd: string; readonly clock: Clock },
  verb: AccountVerb,
): string {
  if (requestedPath !== undefined) return resolve(where.cwd, requestedPath);
  const moment = where.clock.now().toISOString().replace(/[:.]/g, '-');
  return join(where.dataDir, 'undo', `${moment}-${verb.toLowerCase()}.json`);
}

/** Returns a change of accounts. Applying it writes the undo file first. */
export function accountChange(
  context: AccountChangeContext,
  plan: AccountPlan,
  verb: AccountVerb,
): Change<AccountEvent> {
  const { api, clock, installation } = context;
  const { changes } = plan;
  const what = accountsText(changes.length);
  let report: AccountReport = accountReport(changes, [], null, false);
  const nothing = changes.length === 0;
  return {
    action: `${verb.toLowerCase()} ${what}`,
    plan: {
      view: accountPlanView(plan),
      document: nothing ? { ...report, left: plan.left, asWished: plan.asWished } : plan,
      warnings: plan.warnings,
      ...(nothing ? { nothing: nothingText(plan) } : {}),
    },
    confirm: { kind: 'yes-no', question: `${verb} ${what} of ${installation.name}?` },
    apply: async function* (signal: AbortSignal) {
      await writeUndoFile(context.undoPath, undoFile(context, plan));
      yield { type: 'undo-saved', at: clock.now(), path: context.undoPath };
      for await (const event of changeAccounts(api, changes, { clock, signal })) {
        // runChange prints the report after the last event.
        if (event.type === 'report') report = { ...event.report, undoFile: context.undoPath };
        else yield event;
      }
    },
    describe: (event) => accountEventLine(event, changes.length, context.targetFlags),
    progress: (event) => accountProgress(event, changes.length),
    document: (event) => event,
    report: () => ({
      view: accountReportView(report, context.targetFlags),
      document: report,
      exitCode: report.exitCode,
    }),
    interrupted: () => [
      'Stopped: the changes made so far are kept. Run the same command again for the rest.',
      `To undo it: circleci-admin users restore${context.targetFlags} ${context.undoPath}`,
    ],
  };
}

function undoFile({ clock, installation }: AccountChangeContext, plan: AccountPlan): UndoFile {
  return {
    kind: 'circleci-admin/undo-accounts',
    version: 1,
    installation: installation.name,
    host: installation.host,
    writtenAt: clock.now().toISOString(),
    accounts: formerAccounts(plan.changes),
  };
}

function nothingText({ asWished, left }: AccountPlan): string {
  if (asWished.length > 0) return 'Nothing to do: the accounts already have the wanted state.';
  return left.length > 0
    ? 'Nothing to do: every matching account is skipped.'
    : 'No account matches the selection.';
}
