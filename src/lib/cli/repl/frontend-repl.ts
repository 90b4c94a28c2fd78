import type { Installation } from '../../installation/installation.ts';
import type { FrontendRepl } from '../../server/nrepl/open-repl.ts';
import { withRepl } from '../../server/nrepl/open-repl.ts';
import type { UseRepl } from '../../users/deletion/plan-deletion.ts';

/** Returns the pod selector and port of the installation's REPL, and the timeout of a response. */
export function frontendRepl(
  { settings, clock }: Pick<Installation, 'settings' | 'clock'>,
  signal?: AbortSignal,
): FrontendRepl {
  const { repl, requestTimeout } = settings;
  return { ...repl, clock, requestTimeout, ...(signal ? { signal } : {}) };
}

/** Returns a function that opens the installation's REPL for one use and then closes it. */
export function replOf(
  installation: Pick<Installation, 'settings' | 'clock' | 'kubernetes'>,
): UseRepl {
  return async (use) => withRepl(await installation.kubernetes(), frontendRepl(installation), use);
}
