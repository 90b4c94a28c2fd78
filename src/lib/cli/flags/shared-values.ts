import { AdminError } from '../../errors.ts';
import type { Chosen } from '../../installation/settings.ts';
import type { Masker } from '../../masking.ts';
import type { NomadAccess } from '../../nomad/model.ts';
import { LOCAL_AGENT } from '../../nomad/nodes/local-agent.ts';
import { parseDuration } from '../../units.ts';
import { FORMATS, type Format, Output } from '../output/output.ts';
import type { OutputStream, Runtime } from '../runtime.ts';
import { environmentName, sharedFlags } from './shared-flags.ts';

/** The values of the shared flags and of their environment variables. */
export interface SharedValues {
  readonly chosen: Chosen;
  readonly debug: boolean;
  output(runtime: Runtime, masker: Masker): Output;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * Reads the shared flags. A flag that was not given is read from its environment variable.
 *
 * @throws AdminError of kind `usage`, code BAD_ENVIRONMENT
 */
export function readSharedFlags(given: Values, runtime: Runtime): SharedValues {
  const values: Record<string, unknown> = { ...given };
  for (const [flag, definition] of Object.entries(sharedFlags)) {
    const text = runtime.env[environmentName(flag)];
    if (text === undefined || text === '' || values[flag] !== undefined) continue;
    if (flag === 'output' && given['json'] === true) continue;
    if (flag === 'json' && given['output'] !== undefined) continue;
    values[flag] = fromEnvironment(flag, definition, text);
  }
  const format = outputFormat(values);
  return {
    debug: values['debug'] === true,
    chosen: {
      installation: text(values, 'installation'),
      context: text(values, 'context'),
      namespace: text(values, 'namespace'),
      kubeconfig: text(values, 'kubeconfig'),
      nomadAccess: text(values, 'nomad-access') as NomadAccess | 'auto' | undefined,
      nomadAddress: text(values, 'nomad-address'),
      ...(given['self'] === true ? localAgent(values, runtime.env) : {}),
      nomadPod: text(values, 'nomad-pod'),
      requestTimeout: values['request-timeout'] as number | undefined,
      readOnly: values['read-only'] as boolean | undefined,
    },
    output: ({ stdout, stderr, env }, masker) =>
      new Output({
        stdout,
        stderr,
        masker,
        format,
        columns: text(values, 'columns')?.split(','),
        sort: text(values, 'sort'),
        quiet: values['quiet'] === true,
        redraws: stdout.isTTY && env['TERM'] !== 'dumb',
        color: {
          stdout: showsColor(stdout, env, values['no-color'] === true),
          stderr: showsColor(stderr, env, values['no-color'] === true),
        },
      }),
  };
}

/** For `--self`: the agent of this machine, at the address that the nomad CLI uses. */
function localAgent(
  values: Values,
  env: Runtime['env'],
): Pick<Chosen, 'nomadAccess' | 'nomadAddress'> {
  const address = text(values, 'nomad-address') ?? env['NOMAD_ADDR'];
  return { nomadAccess: 'direct', nomadAddress: address || LOCAL_AGENT };
}

function outputFormat(values: Values): Format | undefined {
  const output = text(values, 'output') as Format | undefined;
  if (values['json'] !== true) return output;
  if (output === undefined || output === 'json' || output === 'ndjson') return output ?? 'json';
  throw new AdminError('usage', `--json and --output ${output} cannot be used together`, {
    code: 'BAD_FLAGS',
    hint: 'Remove one of them.',
  });
}

/** Returns whether a stream is a terminal and NO_COLOR, TERM=dumb or --no-color is not set. */
function showsColor(stream: OutputStream, env: Runtime['env'], off: boolean): boolean {
  return stream.isTTY && !off && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** Returns whether the terminal shows non-ASCII characters, judged by the locale. */
export function showsUnicode(env: Runtime['env']): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale) && env['TERM'] !== 'dumb';
}

function fromEnvironment(
  flag: string,
  definition: { readonly type: string; readonly options?: readonly string[] },
  value: string,
): unknown {
  const wrong = (hint: string): AdminError =>
    new AdminError('usage', `${environmentName(flag)} is "${value}"`, {
      code: 'BAD_ENVIRONMENT',
      hint,
    });
  if (definition.type === 'boolean') {
    if (['1', 'true', 'yes'].includes(value.toLowerCase())) return true;
    if (['0', 'false', 'no'].includes(value.toLowerCase())) return false;
    throw wrong('Set it to true or false, or unset it.');
  }
  const options = flag === 'output' ? FORMATS : definition.options;
  if (options && !options.some((option) => option === value)) {
    throw wrong(`Valid values are ${options.join(', ')}.`);
  }
  return flag === 'request-timeout' ? parseDuration(value) : value;
}

function text(values: Values, flag: string): string | undefined {
  const value = values[flag];
  return typeof value === 'string' ? value : undefined;
}
