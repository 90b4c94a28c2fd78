import type { Runtime } from '../runtime.ts';
import type { Confirmation } from './change.ts';
import { answered, contextOf, isCancelled } from './prompts.ts';

/**
 * Prompts for a secret, which is not shown while it is typed.
 *
 * @throws AdminError of kind `refused`, code CANCELLED, on Ctrl-C
 */
export async function askSecret(question: string, runtime: Runtime): Promise<string> {
  const { password } = await import('@inquirer/prompts');
  return answered(password({ message: question }, contextOf(runtime)));
}

/** Asks for a confirmation on standard error. Ctrl-C counts as a refusal. */
export async function ask(confirm: Confirmation, runtime: Runtime): Promise<boolean> {
  const { confirm: yesNo, input } = await import('@inquirer/prompts');
  const context = contextOf(runtime);
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
    if (isCancelled(error)) return false;
    throw error;
  }
}
