/** The shells supported by {@link shellExports}; `bash` works for every POSIX shell. */
export const SHELLS = ['bash', 'fish', 'powershell'] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

interface Dialect {
  readonly set: (name: string, value: string) => string;
  readonly unset: (names: readonly string[]) => string;
}

const DIALECTS: Readonly<Record<Shell, Dialect>> = {
  bash: {
    set: (name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
    unset: (names) => `unset ${names.join(' ')}`,
  },
  fish: {
    set: (name, value) => `set -gx ${name} '${value.replace(/['\\]/g, '\\$&')}'`,
    unset: (names) => `set -e ${names.join(' ')}`,
  },
  powershell: {
    // PowerShell treats curly quotes as straight ones.
    set: (name, value) => `$env:${name} = '${value.replace(/['‘’‚‛]/g, '$&$&')}'`,
    unset: (names) =>
      `Remove-Item ${names.map((name) => `Env:${name}`).join(', ')} -ErrorAction SilentlyContinue`,
  },
};

/**
 * Returns lines for a shell to evaluate, which unset the `forgotten` variables and set the others.
 */
export function shellExports(
  shell: Shell,
  environment: Readonly<Record<string, string>>,
  forgotten: readonly string[],
): readonly string[] {
  const { set, unset } = DIALECTS[shell];
  const lines = Object.entries(environment).map(([name, value]) => set(name, value));
  return forgotten.length === 0 ? lines : [unset(forgotten), ...lines];
}
