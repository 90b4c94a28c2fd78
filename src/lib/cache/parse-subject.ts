import { AdminError, isAdminError } from '../errors.ts';
import { type BuildTarget, parseBuildTarget } from '../queue/build/build-target.ts';
import { bytesOf } from './judge-size.ts';

/** What to check: a size, or the caches of a build. */
export type CacheSubject =
  | { readonly kind: 'size'; readonly bytes: number }
  | { readonly kind: 'build'; readonly target: BuildTarget };

/** Longer numbers are sizes: no project has that many builds, and no smaller cache is a problem. */
const BUILD_NUMBER = /^\d{1,7}$/;

/**
 * Parses a size such as `620MB`, `1.2 GiB` or `500000000`, or a build in the notation of
 * `troubleshoot build`. A plain number is a size in bytes, unless it may be the number of a build.
 *
 * @throws AdminError of kind `usage`: BAD_SIZE, BUILD_OR_SIZE, or BAD_BUILD for a text that looks like
 *   a build
 */
export function parseCacheSubject(text: string): CacheSubject {
  if (BUILD_NUMBER.test(text.trim())) throw buildOrSize(text.trim());
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

function buildOrSize(number: string): AdminError {
  return new AdminError('usage', `"${number}" may be the number of a build or a size in bytes`, {
    code: 'BUILD_OR_SIZE',
    hint: `For a build, give its project too: ORG/REPO/${number}; for a size, its unit: ${number}B`,
  });
}
