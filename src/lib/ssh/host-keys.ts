import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isFileMissing } from '../file-problem.ts';
import type { SshAddress } from './address.ts';
import { hostKeyRefused, knownHostsUnusable, type SshRoute } from './errors.ts';
import {
  fingerprint,
  type HostPort,
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
  /** The known_hosts files; new keys are added to the first. A missing file counts as empty. */
  readonly files: readonly [string, ...string[]];
  /** Accept and save the key of a host that has no known key. */
  readonly acceptNew: boolean;
  /** Called for every key that was accepted and saved as new. */
  readonly onAccepted?: ((hostPort: HostPort, keyInWords: string) => void) | undefined;
}

/** Returns the types of the known keys of a host. */
export async function typesKnown(
  policy: HostKeyPolicy,
  hostPort: HostPort,
): Promise<readonly string[]> {
  return knownKeyTypes(await readAll(policy), hostPort);
}

/**
 * Resolves if a host key is known, or if it is new and the policy accepts new keys.
 *
 * @param route is used in the hint
 * @throws AdminError of kind `refused` (SSH_HOST_KEY_UNKNOWN, SSH_HOST_KEY_CHANGED,
 *   SSH_HOST_KEY_REVOKED) or `validation` (KNOWN_HOSTS_UNUSABLE)
 */
export async function checkHostKey(
  policy: HostKeyPolicy,
  address: SshAddress,
  key: Uint8Array,
  route: SshRoute,
): Promise<void> {
  const [file] = policy.files;
  const known = await readAll(policy);
  const verdict = judgeHostKey(known, address, key);
  if (verdict === 'known') return;
  if (verdict !== 'unknown' || !policy.acceptNew) {
    throw hostKeyRefused(verdict, address, key, {
      file,
      onlyAuthority: hasOnlyAuthority(known, address),
      route,
    });
  }
  await keep(file, knownHostLine(address, key));
  policy.onAccepted?.(address, `${keyType(key)} ${fingerprint(key)}`);
}

async function keep(file: string, line: string): Promise<void> {
  const before = await readOrEmpty(file);
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${gap}${line}\n`, { mode: 0o600 });
  } catch (error) {
    throw knownHostsUnusable(file, 'saved in', error);
  }
}

async function readAll(policy: HostKeyPolicy): Promise<readonly KnownHost[]> {
  const texts = await Promise.all(policy.files.map(readOrEmpty));
  return texts.flatMap(parseKnownHosts);
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isFileMissing(error)) return '';
    throw knownHostsUnusable(file, 'read from', error);
  }
}
