import { AdminError, isAdminError } from '../errors.ts';
import { type BuildTarget, parseBuildTarget } from '../queue/build/build-target.ts';
import { bytesOf } from './judge-size.ts';

/** What to check: a size, or the caches of a build. */
export type CacheSubject =
  | { readonly kind: 'size'; readonly bytes: number }
  | { readonly kind: 'build'; readonly target: BuildTarget };

/**
 * Parses a size such as `620MB`, `1.2 GiB` or `500000000`, or a build in the notation of
 * `troubleshoot build`. A plain number is a size.
 *
 * @throws AdminError of kind `usage`: BAD_SIZE, or BAD_BUILD for a text that looks like a build
 */
export function parseCacheSubject(text: string): CacheSubject {
  // 24 digits are the ID of a build that happens to contain no letters, not a size.
  const bytes = /^[0-9a-f]{24}$/i.test(text.trim()) ? null : bytesOf(text);
  if (bytes !== null) return { kind: 'size', bytes };
  try {
    return { kind: 'build', target: parseBuildTarget(text) };
  } catch (error) {
    if (!isAdminError(error) || /[/#]/.test(text)) throw error;
    throw new AdminError('usage', `"${text}" is neither a build nor a size`, {
      code: 'BAD_SIZE',
      hint: "Give org/repo/number or the build's URL, or a size with its unit, such as 620MB or 1.2GiB.",
    });
  }
}
