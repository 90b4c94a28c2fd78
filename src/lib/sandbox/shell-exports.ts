/** Shells that {@link shellExports} writes for; `bash` is good for every POSIX shell. */
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
    // PowerShell takes curly quotes for straight ones.
    set: (name, value) => `$env:${name} = '${value.replace(/['‘’‚‛]/g, '$&$&')}'`,
    unset: (names) =>
      `Remove-Item ${names.map((name) => `Env:${name}`).join(', ')} -ErrorAction SilentlyContinue`,
  },
};

/** Lines that a shell evaluates to set some variables and to forget others. */
export function shellExports(
  shell: Shell,
  environment: Readonly<Record<string, string>>,
  forgotten: readonly string[],
): readonly string[] {
  const { set, unset } = DIALECTS[shell];
  const lines = Object.entries(environment).map(([name, value]) => set(name, value));
  return forgotten.length === 0 ? lines : [unset(forgotten), ...lines];
}
