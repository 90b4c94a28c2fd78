import { AdminError } from '../../errors.ts';
import type { Runtime } from '../runtime.ts';

/** Prompts for a choice on the terminal. */
export async function choose(
  message: string,
  choices: readonly string[],
  first: string | null,
  runtime: Runtime,
): Promise<string> {
  const { select } = await import('@inquirer/prompts');
  const options = choices.map((value) => ({ value, name: value }));
  const config = { message, choices: options, ...(first === null ? {} : { default: first }) };
  return answered(select(config, contextOf(runtime)));
}

/** Prompts for a text on the terminal; returns null if it is empty. */
export async function askText(
  message: string,
  proposal: string | null,
  runtime: Runtime,
): Promise<string | null> {
  const { input } = await import('@inquirer/prompts');
  const config = { message, ...(proposal === null ? {} : { default: proposal }) };
  return (await answered(input(config, contextOf(runtime)))).trim() || null;
}

/** The streams of a prompt, which is written to standard error. */
export function contextOf({ stdin, signal }: Runtime) {
  return { input: stdin.stream, output: process.stderr, signal };
}

/**
 * Returns the answer of a prompt.
 *
 * @throws AdminError of kind `refused`, code CANCELLED, on Ctrl-C
 */
export async function answered<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    throw new AdminError('refused', 'Cancelled: nothing was changed', { code: 'CANCELLED' });
  }
}

/** Returns whether a prompt was cancelled by Ctrl-C or by an abort. */
export function isCancelled(error: unknown): boolean {
  return error instanceof Error && /ExitPromptError|AbortPromptError/.test(error.name);
}
