import type { Installation } from '../../installation/installation.ts';
import type { FrontendRepl } from '../../server/nrepl/open-repl.ts';
import { withRepl } from '../../server/nrepl/open-repl.ts';
import type { UseRepl } from '../../users/deletion/plan-deletion.ts';

/** Which frontend an installation's REPL is in, and how long its answers may take. */
export function frontendRepl(
  { settings, clock }: Pick<Installation, 'settings' | 'clock'>,
  signal?: AbortSignal,
): FrontendRepl {
  const { repl, requestTimeout } = settings;
  return { ...repl, clock, requestTimeout, ...(signal ? { signal } : {}) };
}

/** Opens the installation's REPL anew for every use: it is closed as soon as that is over. */
export function replOf(
  installation: Pick<Installation, 'settings' | 'clock' | 'kubernetes'>,
): UseRepl {
  return async (use) => withRepl(await installation.kubernetes(), frontendRepl(installation), use);
}
