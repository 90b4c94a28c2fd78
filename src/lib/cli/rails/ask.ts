import type { Runtime } from '../runtime.ts';
import type { Confirmation } from './change.ts';
import { answered } from './prompts.ts';

/**
 * Prompts for a secret, which is not shown while it is typed.
 *
 * @throws AdminError of kind `refused`, code CANCELLED, on Ctrl-C
 */
export async function askSecret(question: string, { stdin, signal }: Runtime): Promise<string> {
  const { password } = await import('@inquirer/prompts');
  const context = { input: stdin.stream, output: process.stderr, signal };
  return answered(password({ message: question }, context));
}

/** Asks for a confirmation on standard error. Ctrl-C counts as a refusal. */
export async function ask(confirm: Confirmation, { stdin, signal }: Runtime): Promise<boolean> {
  const { confirm: yesNo, input } = await import('@inquirer/prompts');
  const context = { input: stdin.stream, output: process.stderr, signal };
  try {
    if (confirm.kind === 'yes-no') {
      return await yesNo({ message: confirm.question, default: false }, context);
    }
    const typed = await input(
      { message: `${confirm.question} Type ${confirm.name} to confirm:` },
      context,
    );
    return typed.trim() === confirm.name;
  } catch (error) {
    if (isNo(error)) return false;
    throw error;
  }
}

/** Returns whether a prompt was cancelled by Ctrl-C or by an abort. */
function isNo(error: unknown): boolean {
  return error instanceof Error && /ExitPromptError|AbortPromptError/.test(error.name);
}
