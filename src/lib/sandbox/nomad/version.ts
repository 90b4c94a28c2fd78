/** The differences between releases of Nomad. */
export interface Dialect {
  /** The release, such as `1.0.4`. */
  readonly version: string;
  /** Returns whether this release is `release` (`1.3`, `1.7.6`) or later. */
  since(release: string): boolean;
  /**
   * How builds killed by a drain are replaced: immediately, after a delay, or never (Nomad's
   * GH-26025 and GH-26961).
   */
  readonly drained: 'replaced' | 'replaced-later' | 'not-replaced';
}

/** Parses a release such as `1.0.4`, or CircleCI's own `1.4.568-7ee1d6dec`. */
export function dialectOf(version: string): Dialect {
  const own = numbers(version);
  const since = (release: string): boolean => compare(own, numbers(release)) >= 0;
  return {
    version,
    since,
    drained: since('1.11.0')
      ? 'not-replaced'
      : since('1.10.3') && !since('1.10.6')
        ? 'replaced-later'
        : 'replaced',
  };
}

function numbers(version: string): readonly number[] {
  return (version.split(/[-+]/)[0] ?? '').split('.').map(Number);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
