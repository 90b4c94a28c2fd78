import { type NomadCliDanger, nomadCliDanger } from '../exec/nomad-cli-danger.ts';
import { tokensIn } from '../exec/nomad-cli-reading.ts';

/** What the nomad CLI does in a command line for a shell. */
export interface NomadInLine extends NomadCliDanger {
  /** Its tokens there: they must not show in a question or in the audit log. */
  readonly tokens: readonly string[];
}

/** What a shell does not take for a part of a word. */
const BETWEEN_WORDS = /[\s;&|()<>`'"{}]+/;
const NOMAD = /^(?:.*\/)?nomad$/;

/**
 * Looks for the nomad CLI in a command line, wherever it stands: behind sudo or `cd`, in quotes, more
 * than once. What a script or an alias does is not seen.
 */
export function nomadInLine(words: readonly string[]): NomadInLine {
  const line = words.join(' ').split(BETWEEN_WORDS).filter(Boolean);
  const starts = line.flatMap((word, at) => (NOMAD.test(word) ? [at] : []));
  const calls = starts.map((start, index) => line.slice(start + 1, starts[index + 1]));
  const dangers = calls.map(nomadCliDanger);
  return {
    kills: dangers.some(({ kills }) => kills),
    warnings: [...new Set(dangers.flatMap(({ warnings }) => warnings))],
    tokens: calls.flatMap(tokensIn),
  };
}
