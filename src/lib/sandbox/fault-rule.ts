import type { Fault, FaultRule } from './faults.ts';
import { badArgument, type VerbArguments } from './verb-arguments.ts';

/** The kinds of {@link Fault}. */
export const FAULT_KINDS = ['delay', 'reset', 'status', 'truncate', 'hang'] as const;

/**
 * Parses a fault rule from JSON.
 *
 * @throws AdminError of kind `usage`, code BAD_VERB_ARGUMENTS
 */
export function readFaultRule(given: VerbArguments): FaultRule {
  given.only('service', 'method', 'path', 'fault', 'times', 'after');
  const fault = given.optionalObject('fault');
  if (fault === undefined) throw badArgument('the argument "fault" is missing');
  const rule: { -readonly [Key in keyof FaultRule]: FaultRule[Key] } = { fault: readFault(fault) };
  const [service, method, path] = ['service', 'method', 'path'].map((name) =>
    given.optionalText(name),
  );
  const [times, after] = ['times', 'after'].map((name) => given.optionalNumber(name));
  if (service !== undefined) rule.service = service;
  if (method !== undefined) rule.method = method.toUpperCase();
  if (path !== undefined) rule.path = checkPattern(path);
  if (times !== undefined) rule.times = times;
  if (after !== undefined) rule.after = after;
  return rule;
}

function readFault(given: VerbArguments): Fault {
  const kind = given.text('kind');
  switch (kind) {
    case 'delay':
      return { kind, ms: given.number('ms') };
    case 'reset':
    case 'hang':
      return { kind };
    case 'truncate':
      return { kind, bytes: given.number('bytes') };
    case 'status': {
      const body = given.optionalText('body');
      const headers = given.optionalTexts('headers');
      return {
        kind,
        status: checkStatus(given.number('status')),
        ...(body === undefined ? {} : { body }),
        ...(headers === undefined ? {} : { headers }),
      };
    }
    default:
      throw badArgument(`unknown fault "${kind}"; valid values are ${FAULT_KINDS.join(', ')}`);
  }
}

function checkStatus(status: number): number {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw badArgument(`${status} is not an HTTP status that a fault can answer with`);
}

function checkPattern(path: string): string {
  try {
    new RegExp(path);
    return path;
  } catch (error) {
    throw badArgument(
      `the path "${path}" is not a regular expression: ${(error as Error).message}`,
    );
  }
}
