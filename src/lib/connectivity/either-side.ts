import { type AdminError, isAdminError } from '../errors.ts';
import type { CheckResult } from './check-result.ts';

/** Where connections are checked from. */
export interface Side {
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
export async function examineSides(
  sides: readonly Side[],
  onFailure: (side: Side['name'], error: AdminError) => void,
): Promise<readonly CheckResult[]> {
  const ended = await Promise.allSettled(sides.map(({ examine }) => examine()));
  const failures: (() => void)[] = [];
  const results = ended.flatMap((one, at) => {
    if (one.status === 'fulfilled') return [one.value];
    const { reason } = one;
    const side = sides[at];
    if (!isAdminError(reason) || !side) throw reason;
    failures.push(() => onFailure(side.name, reason));
    return [];
  });
  const [first] = ended;
  if (results.length === 0 && first?.status === 'rejected') throw first.reason;
  for (const tell of failures) tell();
  return results.flat();
}
