import { EXIT_CODES } from '../../errors.ts';
import type { Diagnosis } from '../../queue/diagnosis.ts';
import type { GatherPart } from '../../queue/gather/events.ts';
import { findingsTable, type QueueStyle, queueDocument, queueLines } from '../../queue/view.ts';
import type { Tone } from '../../terminal/table.ts';
import { showsUnicode } from '../flags/shared-values.ts';
import type { Output } from '../output/output.ts';
import type { Runtime } from '../runtime.ts';

/** Returns how a diagnosis is rendered on standard output. */
export async function queueStyle(
  output: Pick<Output, 'color' | 'format'>,
  runtime: Pick<Runtime, 'env' | 'stdout'>,
): Promise<QueueStyle> {
  const { paint } = await import('../../terminal/style.ts');
  return {
    unicode: showsUnicode(runtime.env),
    width: runtime.stdout.isTTY ? runtime.stdout.columns : undefined,
    wide: output.format === 'wide',
    paint: (text: string, tone: Tone) => paint(text, tone, output.color),
  };
}

/** Shows on a terminal which parts of the evidence are still being gathered. */
export function showWaiting(
  waiting: Iterable<GatherPart>,
  output: Pick<Output, 'progress'>,
  runtime: Pick<Runtime, 'stderr'>,
): void {
  const parts = [...waiting];
  if (runtime.stderr.isTTY && parts.length > 0) output.progress(`Waiting for: ${parts.join(', ')}`);
}

/**
 * Prints a diagnosis, as a tree in the formats table and wide, otherwise as a table of findings.
 * Returns its exit code.
 *
 * @param file the source of a saved snapshot; undefined for current evidence
 */
export async function showDiagnosis(
  diagnosis: Diagnosis,
  output: Output,
  runtime: Runtime,
  file?: string,
): Promise<number> {
  if (output.format === 'table' || output.format === 'wide') {
    await output.line(queueLines(diagnosis, await queueStyle(output, runtime), file).join('\n'));
    return exitCodeOf(diagnosis);
  }
  await output.table(findingsTable(diagnosis), queueDocument(diagnosis));
  noteVerdict(diagnosis, output);
  return exitCodeOf(diagnosis);
}

/**
 * Prints what was not checked, and the verdict, beside a table of findings: without findings it has
 * no rows. All other formats contain them.
 */
export function noteVerdict(diagnosis: Diagnosis, output: Output): void {
  if (output.structured || output.format === 'table' || output.format === 'wide') return;
  for (const note of diagnosis.notes) output.note(note);
  output.note(`Verdict: ${diagnosis.verdict.text}`);
}

/** Returns the exit code of a diagnosis: a verdict that is not known has a finding, too. */
export function exitCodeOf({ findings }: Pick<Diagnosis, 'findings'>): number {
  return findings.length > 0 ? EXIT_CODES.findings : 0;
}
