import { type AdminError, isAdminError } from '../errors.ts';
import type { CheckResult } from './check-result.ts';

/** Where connections are checked from. */
export interface CheckSource {
  readonly name: 'clients' | 'services';
  readonly examine: () => Promise<readonly CheckResult[]>;
}

/**
 * Runs the checks of all sides in parallel. A side that fails does not suppress the results of
 * others.
 *
 * @param onFailure called for each failed side if another succeeded
 * @throws AdminError of the first side, if all of them fail
 */
export async function examineSources(
  sources: readonly CheckSource[],
  onFailure: (source: CheckSource['name'], error: AdminError) => void,
): Promise<readonly CheckResult[]> {
  const ended = await Promise.allSettled(sources.map(({ examine }) => examine()));
  const failures: (() => void)[] = [];
  const results = ended.flatMap((one, at) => {
    if (one.status === 'fulfilled') return [one.value];
    const { reason } = one;
    const source = sources[at];
    if (!isAdminError(reason) || !source) throw reason;
    failures.push(() => onFailure(source.name, reason));
    return [];
  });
  const [first] = ended;
  if (results.length === 0 && first?.status === 'rejected') throw first.reason;
  for (const tell of failures) tell();
  return results.flat();
}
