import { createHash, createHmac } from 'node:crypto';
import { globPattern } from '../glob.ts';

/** A line of a known_hosts file (OpenSSH's sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | null;
  /** Comma-separated patterns, or the hash of one name. */
  readonly hosts: string;
  /** For example `ssh-ed25519`. */
  readonly type: string;
  /** Base64. */
  readonly key: string;
}

/** The host and port that presented a host key. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/**
 * The result of looking up a host key. `changed` means that other keys of the host are known, of
 * any type: otherwise an impostor could avoid the check by presenting a key of another type.
 */
export type HostKeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked';

/** Parses a known_hosts file. Like OpenSSH, skips comments and malformed lines. */
export function parseKnownHosts(text: string): readonly KnownHost[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift()?.slice(1) : null;
    const [hosts = '', type = '', key = ''] = words;
    if (hosts === '' || hosts.startsWith('#') || key === '') return [];
    if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') return [];
    return [{ marker, hosts, type, key }];
  });
}

/**
 * Looks up the key that a host presented. Certificate authority lines are ignored. A revoked key
 * "must not ever be accepted" (sshd(8)), so it does not matter for which hosts it was revoked: a line
 * for `host` would otherwise not apply to `[host]:2222`.
 */
export function judgeHostKey(
  known: readonly KnownHost[],
  hostPort: HostPort,
  key: Uint8Array,
): HostKeyVerdict {
  const shown = Buffer.from(key).toString('base64');
  if (known.some(({ marker, key }) => marker === 'revoked' && key === shown)) return 'revoked';
  const keys = linesOf(known, hostPort).filter(({ marker }) => marker === null);
  if (keys.some((line) => line.key === shown)) return 'known';
  return keys.length > 0 ? 'changed' : 'unknown';
}

/** Returns the types of the known keys of a host, which are preferred when connecting. */
export function knownKeyTypes(known: readonly KnownHost[], hostPort: HostPort): readonly string[] {
  const keys = linesOf(known, hostPort).filter(({ marker }) => marker === null);
  return [...new Set(keys.map(({ type }) => type))];
}

/**
 * Returns whether a host is only covered by certificate authority lines, which are not supported.
 */
export function hasOnlyAuthority(known: readonly KnownHost[], hostPort: HostPort): boolean {
  const lines = linesOf(known, hostPort);
  return lines.length > 0 && lines.every(({ marker }) => marker === 'cert-authority');
}

/** Returns the known_hosts line for a key. */
export function knownHostLine(hostPort: HostPort, key: Uint8Array): string {
  return `${nameOf(hostPort)} ${keyType(key)} ${Buffer.from(key).toString('base64')}`;
}

/** Returns a key's fingerprint as `ssh-keygen -l` prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Returns the type named in a public key: its first string (RFC 4253, section 6.6). */
export function keyType(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  return bytes.length < 4 ? '' : bytes.toString('latin1', 4, 4 + bytes.readUInt32BE(0));
}

/** The name of a host in the file; it includes the port if that is not 22. */
function nameOf({ host, port }: HostPort): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

function linesOf(known: readonly KnownHost[], hostPort: HostPort): readonly KnownHost[] {
  const name = nameOf(hostPort);
  return known.filter(({ hosts }) => matches(hosts, name));
}

function matches(hosts: string, name: string): boolean {
  const [, version, salt = '', hash] = hosts.split('|');
  if (hosts.startsWith('|')) {
    if (version !== '1') return false;
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  const patterns = hosts.split(',');
  const fits = (pattern: string): boolean => globPattern(pattern.toLowerCase()).test(name);
  if (patterns.some((one) => one.startsWith('!') && fits(one.slice(1)))) return false;
  return patterns.some((one) => !one.startsWith('!') && fits(one));
}
