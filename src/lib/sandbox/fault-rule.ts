import { AdminError } from '../errors.ts';
import type { Fault, FaultRule } from './faults.ts';
import { badArgument, VerbArguments } from './verb-arguments.ts';

/** The kinds of {@link Fault}. */
export const FAULT_KINDS = ['delay', 'reset', 'status', 'truncate', 'hang'] as const;

/**
 * Reads a fault rule that came as JSON.
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
      throw badArgument(`there is no fault "${kind}"; there are ${FAULT_KINDS.join(', ')}`);
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

/** A fault rule as flags of a command line give it. */
export interface FaultFlags {
  readonly kind: (typeof FAULT_KINDS)[number];
  readonly service?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly times?: number | undefined;
  readonly after?: number | undefined;
  readonly status?: number | undefined;
  readonly body?: string | undefined;
  readonly ms?: number | undefined;
  readonly bytes?: number | undefined;
}

/** What each kind of fault has to be told, and may be. */
const PARTS: Readonly<
  Record<
    FaultFlags['kind'],
    { readonly needs?: keyof FaultFlags; readonly takes?: keyof FaultFlags }
  >
> = {
  delay: { needs: 'ms' },
  reset: {},
  status: { needs: 'status', takes: 'body' },
  truncate: { needs: 'bytes' },
  hang: {},
};

/**
 * The rule that the flags give.
 *
 * @throws AdminError of kind `usage`, code BAD_FLAGS, where flags of another kind of fault are given
 * @throws AdminError of kind `usage`, code BAD_VERB_ARGUMENTS
 */
export function faultOf(flags: FaultFlags): FaultRule {
  const { needs, takes } = PARTS[flags.kind];
  if (needs !== undefined && flags[needs] === undefined) {
    throw new AdminError('usage', `--kind ${flags.kind} needs --${needs}`, { code: 'BAD_FLAGS' });
  }
  for (const flag of ['status', 'body', 'ms', 'bytes'] as const) {
    if (flags[flag] === undefined || flag === needs || flag === takes) continue;
    throw new AdminError('usage', `--${flag} is not for --kind ${flags.kind}`, {
      code: 'BAD_FLAGS',
    });
  }
  const { service, method, path, times, after, kind, status, body, ms, bytes } = flags;
  const fault = { kind, status, body, ms, bytes };
  const given = { service, method, path, times, after, fault };
  // JSON leaves out what is undefined, as it will on the wire.
  return readFaultRule(new VerbArguments(JSON.parse(JSON.stringify(given))));
}

/** A rule in words. */
export function describeFault({ fault, service, method, path, times, after }: FaultRule): string {
  const what = {
    delay: 'ms' in fault ? `wait ${fault.ms} ms` : '',
    reset: 'lose their connection',
    status: 'status' in fault ? `are answered with ${fault.status}` : '',
    truncate: 'bytes' in fault ? `have their answer cut after ${fault.bytes} bytes` : '',
    hang: 'are never answered',
  }[fault.kind];
  const which = [
    times === undefined ? 'All' : `The next ${times}`,
    method,
    `requests to ${service ?? 'every service'}`,
    path === undefined ? undefined : `that match ${path}`,
    after ? `after ${after} that pass` : undefined,
  ];
  return `${which.filter(Boolean).join(' ')} ${what}.`;
}
