import { AdminError } from '../errors.ts';
import { type FAULT_KINDS, readFaultRule } from './fault-rule.ts';
import type { FaultRule } from './faults.ts';
import { VerbArguments } from './verb-arguments.ts';

/** The command-line flags of a fault rule. */
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

/** The required and the optional flag of each kind of fault. */
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
 * Builds a rule from flags.
 *
 * @throws AdminError of kind `usage`, code BAD_FLAGS, if flags of another kind of fault are given
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
  // JSON drops undefined values, as on the wire.
  return readFaultRule(new VerbArguments(JSON.parse(JSON.stringify(given))));
}

/** Describes a rule in a sentence. */
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
