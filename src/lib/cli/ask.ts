import type { Confirmation } from './change.ts';
import type { Runtime } from './runtime.ts';

/** Asks for what is not shown while it is typed; null where it is not given. */
export async function askSecret(
  question: string,
  { stdin, signal }: Runtime,
): Promise<string | null> {
  const { password } = await import('@inquirer/prompts');
  const context = { input: stdin.stream, output: process.stderr, signal };
  try {
    return await password({ message: question }, context);
  } catch (error) {
    if (isNo(error)) return null;
    throw error;
  }
}

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
    if (isNo(error)) return false;
    throw error;
  }
}

/** Ctrl-C. */
function isNo(error: unknown): boolean {
  return error instanceof Error && /ExitPromptError|AbortPromptError/.test(error.name);
}
