import { type NomadCliDanger, nomadCliDanger } from '../exec/nomad-cli-danger.ts';
import { tokensIn } from '../exec/nomad-cli-reading.ts';

/** The nomad commands in a command line for a shell. */
export interface NomadCommandsInLine extends NomadCliDanger {
  /** The tokens in them, which must not appear in a question or in the audit log. */
  readonly tokens: readonly string[];
}

/** The characters that separate words in a shell. */
const BETWEEN_WORDS = /[\s;&|()<>`'"{}]+/;
const NOMAD = /^(?:.*\/)?nomad$/;

/**
 * Finds nomad commands anywhere in a command line: after sudo or `cd`, in quotes, more than once.
 * Commands within a script or an alias are not found.
 */
export function findNomadCommands(words: readonly string[]): NomadCommandsInLine {
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
