import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hostKeyRefused } from './errors.ts';
import {
  fingerprint,
  type HostPlace,
  hasOnlyAuthority,
  judgeHostKey,
  type KnownHost,
  keyType,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
} from './known-hosts.ts';

/** Which host keys are trusted. */
export interface HostKeyPolicy {
  /** known_hosts files; new keys go to the first. Files that do not exist are empty. */
  readonly files: readonly [string, ...string[]];
  /** Takes the key of a host of which none is known, and keeps it. */
  readonly acceptNew: boolean;
  /** Told of every key that was taken so. */
  readonly onAccepted?: ((place: HostPlace, keyInWords: string) => void) | undefined;
}

/** The types of keys that are known of a host. */
export async function typesKnown(
  policy: HostKeyPolicy,
  place: HostPlace,
): Promise<readonly string[]> {
  return knownKeyTypes(await readAll(policy), place);
}

/**
 * Lets a host key pass if it is known, or is new and new ones are accepted.
 *
 * @throws AdminError of kind `refused` (SSH_HOST_KEY_UNKNOWN, SSH_HOST_KEY_CHANGED,
 *   SSH_HOST_KEY_REVOKED)
 */
export async function checkHostKey(
  policy: HostKeyPolicy,
  place: HostPlace,
  key: Uint8Array,
): Promise<void> {
  const [file] = policy.files;
  const known = await readAll(policy);
  const verdict = judgeHostKey(known, place, key);
  if (verdict === 'known') return;
  if (verdict !== 'unknown' || !policy.acceptNew) {
    throw hostKeyRefused(verdict, place, key, {
      file,
      onlyAuthority: hasOnlyAuthority(known, place),
    });
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await readOrEmpty(file);
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendFile(file, `${gap}${knownHostLine(place, key)}\n`, { mode: 0o600 });
  policy.onAccepted?.(place, `${keyType(key)} ${fingerprint(key)}`);
}

async function readAll(policy: HostKeyPolicy): Promise<readonly KnownHost[]> {
  const texts = await Promise.all(policy.files.map(readOrEmpty));
  return texts.flatMap(parseKnownHosts);
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
