/** A release of Nomad, as far as its commands depend on it. */
export interface CliVersion {
  /** As it says itself, such as `1.0.4` or CircleCI's own build `1.4.568-7ee1d6dec`. */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** The release in what `nomad version` prints, `Nomad v1.0.4 (...)`; null for anything else. */
export function parseCliVersion(output: string): CliVersion | null {
  const [, text, major, minor] = /Nomad v((\d+)\.(\d+)\S*)/.exec(output) ?? [];
  if (text === undefined) return null;
  return { text, major: Number(major), minor: Number(minor) };
}

/** Whether a release is `major.minor` or a later one. */
export function isSince(version: CliVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
