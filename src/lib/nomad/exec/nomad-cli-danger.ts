import { commandWords } from './nomad-cli-reading.ts';

/** The danger of a nomad command line for running builds. */
export interface NomadCliDanger {
  /** Whether the command kills builds at once. */
  readonly kills: boolean;
  readonly warnings: readonly string[];
}

/** Commands that end allocations without waiting for their builds (Nomad's command/commands.go). */
const ENDING: readonly string[] = [
  'stop',
  'alloc stop',
  'alloc restart',
  'alloc signal',
  'job stop',
  'job restart',
];
const DRAIN: readonly string[] = ['node drain', 'node-drain'];
const BY_NODE: readonly string[] = [...DRAIN, 'node eligibility'];
const FULL_ID_LENGTH = 36;

/**
 * Returns the warnings to show before a command line (without `nomad` itself) is run. Nomad's own
 * drain has a deadline of one hour by default, after which it kills builds and reports them as
 * complete. Nomad also drops the last digit of an ID prefix of odd length (hashicorp/nomad #11619),
 * which may select another node.
 */
export function nomadCliDanger(args: readonly string[]): NomadCliDanger {
  const words = commandWords(args);
  const is = (commands: readonly string[]): boolean =>
    commands.some((command) => command.split(' ').every((word, at) => words[at] === word));
  const warnings: string[] = [];
  const drains = is(DRAIN) && isSet(args, 'enable');
  const forced = drains && isSet(args, 'force');
  if (forced) warnings.push('-force kills the builds on the client at once.');
  else if (drains && !isSet(args, 'no-deadline')) warnings.push(deadlineWarning(args));
  if (is(BY_NODE)) warnings.push(...args.flatMap(cutPrefixWarning));
  if (is(ENDING)) warnings.push('This stops running builds; Nomad does not wait for them.');
  return { kills: forced, warnings };
}

function deadlineWarning(args: readonly string[]): string {
  const at = args.findIndex((arg) => /^--?deadline(=|$)/.test(arg));
  const deadline = at === -1 ? null : (args[at]?.split('=')[1] ?? args[at + 1] ?? null);
  const after = deadline === null ? 'after one hour, its default' : `after ${deadline}`;
  return (
    `Nomad kills builds that still run ${after}, and reports them as complete. To wait for them ` +
    'without a time limit: circleci-admin nomad drain NODE'
  );
}

function cutPrefixWarning(arg: string): readonly string[] {
  const odd = /^[0-9a-f-]+$/i.test(arg) && !arg.startsWith('-') && isOddPrefix(arg);
  if (!odd) return [];
  return [`nomad reads "${arg}" as "${arg.slice(0, -1)}", which may be another client.`];
}

function isOddPrefix(arg: string): boolean {
  return arg.length < FULL_ID_LENGTH && arg.replaceAll('-', '').length % 2 === 1;
}

/** Returns whether a Go flag that needs no value is set. */
function isSet(args: readonly string[], flag: string): boolean {
  return args.some((arg) => {
    const [name, value] = arg.replace(/^--?/, '').split('=');
    const given = arg.startsWith('-') && name === flag;
    return given && !/^(?:0|f|false)$/i.test(value ?? 'true');
  });
}
