/** A version of Nomad, as far as the CLI's commands depend on it. */
export interface CliVersion {
  /** As Nomad prints it, such as `1.0.4` or CircleCI's own build `1.4.568-7ee1d6dec`. */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** Parses the output of `nomad version`, such as `Nomad v1.0.4 (...)`; null for anything else. */
export function parseCliVersion(output: string): CliVersion | null {
  const [, text, major, minor] = /Nomad v((\d+)\.(\d+)\S*)/.exec(output) ?? [];
  if (text === undefined) return null;
  return { text, major: Number(major), minor: Number(minor) };
}

/** Returns whether a version is `major.minor` or later. */
export function isSince(version: CliVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
