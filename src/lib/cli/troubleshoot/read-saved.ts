import { text as readAll } from 'node:stream/consumers';
import { diagnose } from '../../queue/diagnose.ts';
import type { Diagnosis } from '../../queue/diagnosis.ts';
import { decodeSnapshot } from '../../queue/snapshot/decode-snapshot.ts';
import { readSnapshot } from '../../queue/snapshot/snapshot-file.ts';
import type { Runtime } from '../runtime.ts';

/** A diagnosis of a saved snapshot, and its source. */
export interface SavedDiagnosis {
  readonly diagnosis: Diagnosis;
  readonly source: string;
}

/**
 * Diagnoses a saved snapshot from a file, or from standard input if the name is `-`.
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
