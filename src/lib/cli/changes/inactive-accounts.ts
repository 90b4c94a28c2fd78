import type { Clock, Milliseconds } from '../../clock.ts';
import type { Account } from '../../server/admin-api.ts';
import type { SkippedAccount } from '../../users/account-plan.ts';
import { readActivity } from '../../users/activity.ts';
import { type Exclusion, exclude } from '../../users/exclude.ts';
import { byLogin } from '../../users/list.ts';
import { accountState } from '../../users/state.ts';
import { accountsText } from '../../users/view.ts';
import type { AccountContext } from '../bases/account-command.ts';

/** How inactive accounts are selected. */
export interface InactiveRequest extends Exclusion {
  readonly inactiveFor: Milliseconds;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Asks whether to include accounts whose activity is unknown. */
  readonly askUnknown: (question: string) => Promise<boolean>;
  readonly onProgress: (text: string) => void;
}

/** The accounts to suspend, the accounts to skip, and warnings. */
export interface ChosenAccounts {
  readonly accounts: readonly Account[];
  readonly left: readonly SkippedAccount[];
  readonly warnings: readonly string[];
}

/**
 * Selects the accounts that use a seat and were inactive for the given time. Accounts with unknown
 * activity are included only if `askUnknown` confirms it.
 */
export async function chooseInactive(
  surroundings: Pick<AccountContext, 'api' | 'accounts'>,
  request: InactiveRequest,
): Promise<ChosenAccounts> {
  const { api, accounts } = surroundings;
  const taking = accounts.filter((account) => {
    const state = accountState(account);
    return !account.suspended && (state === 'active' || state === null);
  });
  const report = await readActivity(api, taking, {
    clock: request.clock,
    inactiveFor: request.inactiveFor,
    signal: request.signal,
    onProgress: (seen) => request.onProgress(`Reading builds: ${seen} so far`),
  });
  const quiet = taking.filter(({ login }) => report.byLogin.get(login)?.activity !== 'active');
  const { accounts: candidates, left } = exclude(quiet.toSorted(byLogin), request);
  const of = (wanted: string): readonly Account[] =>
    candidates.filter(({ login }) => report.byLogin.get(login)?.activity === wanted);
  const unknown = of('unknown');
  const question = `The activity of ${accountsText(unknown.length)} is unknown${
    report.doubt === null ? '' : ` (${report.doubt})`
  }. Treat them as inactive?`;
  const includes = unknown.length > 0 && (await request.askUnknown(question));
  const idle = new Set([...of('idle'), ...(includes ? unknown : [])]);
  return {
    accounts: candidates.filter((account) => idle.has(account)),
    left: [
      ...left,
      ...(includes ? [] : unknown).map(({ login }) => {
        const why = report.byLogin.get(login)?.why ?? 'unknown';
        return { login, why: `activity is unknown: ${why} (--include-unknown)` };
      }),
    ],
    warnings:
      report.unattributed > 0
        ? [
            `${report.unattributed} of ${report.buildsSeen} builds do not say who started them: they are ignored.`,
          ]
        : [],
  };
}
