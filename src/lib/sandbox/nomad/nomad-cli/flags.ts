import { CliFailure } from './session.ts';

/** The flags of a command: `value` for those that take a value. */
export type FlagKinds = Readonly<Record<string, 'switch' | 'value'>>;

/** The parsed flags and arguments. */
export interface Flags {
  on(name: string): boolean;
  value(name: string): string | null;
  readonly args: readonly string[];
}

const COMMON: FlagKinds = {
  address: 'value',
  region: 'value',
  namespace: 'value',
  token: 'value',
  'no-color': 'switch',
  'force-color': 'switch',
  'ca-cert': 'value',
  'ca-path': 'value',
  'client-cert': 'value',
  'client-key': 'value',
  'tls-server-name': 'value',
  'tls-skip-verify': 'switch',
};

/**
 * Parses flags like Go's flag package: with one dash or two, and only before the first argument.
 *
 * @throws CliFailure for an unknown flag
 */
export function parseFlags(argv: readonly string[], own: FlagKinds, usage: string): Flags {
  const kinds = { ...COMMON, ...own };
  const values = new Map<string, string>();
  let at = 0;
  for (; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') {
      at += 1;
      break;
    }
    const match = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(word);
    if (match === null) break;
    const [, name = '', given] = match;
    const kind = kinds[name];
    if (kind === undefined) {
      throw new CliFailure(
        name === 'h' || name === 'help'
          ? usage
          : `flag provided but not defined: -${name}\n${usage}`,
      );
    }
    if (kind === 'switch') values.set(name, given ?? 'true');
    else if (given !== undefined) values.set(name, given);
    else {
      at += 1;
      const next = argv[at];
      if (next === undefined) throw new CliFailure(`flag needs an argument: -${name}\n${usage}`);
      values.set(name, next);
    }
  }
  return {
    on: (name) => ['true', '1', 't'].includes(values.get(name) ?? ''),
    value: (name) => values.get(name) ?? null,
    args: argv.slice(at),
  };
}
