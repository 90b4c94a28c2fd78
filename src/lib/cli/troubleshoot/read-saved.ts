import { diagnose } from '../../queue/diagnose.ts';
import type { Diagnosis } from '../../queue/diagnosis.ts';
import { decodeSnapshot } from '../../queue/snapshot/decode-snapshot.ts';
import { readSnapshot } from '../../queue/snapshot/snapshot-file.ts';
import { readAll } from '../flags/read-all.ts';
import type { Runtime } from '../runtime.ts';

/** A diagnosis of evidence that was saved, and what it was read from. */
export interface SavedDiagnosis {
  readonly diagnosis: Diagnosis;
  readonly source: string;
}

/**
 * Judges a saved snapshot: that of a file, or of standard input where it is called `-`.
 *
 * @throws AdminError as `readSnapshot` and `decodeSnapshot`
 */
export async function diagnoseSaved(
  from: string,
  { stdin }: Pick<Runtime, 'stdin'>,
): Promise<SavedDiagnosis> {
  if (from !== '-') return { diagnosis: diagnose(await readSnapshot(from)), source: from };
  const snapshot = decodeSnapshot(await readAll(stdin.stream));
  return { diagnosis: diagnose(snapshot), source: 'standard input' };
}
