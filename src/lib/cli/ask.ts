import type { Confirmation } from './change.ts';
import type { Runtime } from './runtime.ts';

/** Asks on the terminal, on standard error. Ctrl-C is a no. */
export async function ask(confirm: Confirmation, { stdin, signal }: Runtime): Promise<boolean> {
  const { confirm: yesNo, input } = await import('@inquirer/prompts');
  const context = { input: stdin.stream, output: process.stderr, signal };
  try {
    if (confirm.kind === 'yes-no') {
      return await yesNo({ message: confirm.question, default: false }, context);
    }
    const typed = await input(
      { message: `${confirm.question} Type ${confirm.name} to go ahead:` },
      context,
    );
    return typed.trim() === confirm.name;
  } catch (error) {
    if (error instanceof Error && /ExitPromptError|AbortPromptError/.test(error.name)) return false;
    throw error;
  }
}
