import { AdminError } from '../errors.ts';
import type { Runtime } from './runtime.ts';

/** Lets one be chosen on the terminal. */
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

/** Has a text typed on the terminal; null for an empty one. */
export async function askText(
  message: string,
  proposal: string | null,
  runtime: Runtime,
): Promise<string | null> {
  const { input } = await import('@inquirer/prompts');
  const config = { message, ...(proposal === null ? {} : { default: proposal }) };
  return (await answered(input(config, contextOf(runtime)))).trim() || null;
}

function contextOf({ stdin, signal }: Runtime) {
  return { input: stdin.stream, output: process.stderr, signal };
}

async function answered<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    if (!(error instanceof Error && /ExitPromptError|AbortPromptError/.test(error.name)))
      throw error;
    throw new AdminError('refused', 'cancelled: nothing was changed', { code: 'CANCELLED' });
  }
}
