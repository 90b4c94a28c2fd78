import { createHash, createHmac } from 'node:crypto';
import { globPattern } from '../glob.ts';

/** A line of a known_hosts file (OpenSSH's sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | null;
  /** Patterns with commas between them, or the hash of one name. */
  readonly hosts: string;
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  /** Base64. */
  readonly key: string;
}

/** Where a host key was shown. */
export interface HostPlace {
  readonly host: string;
  readonly port: number;
}

/**
 * What is known of a host key. `changed`: other keys of the host are known, of whatever type, for a
 * host that is known does not get to choose another type.
 */
export type HostKeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked';

/** Reads a known_hosts file. Comments and lines that say nothing are left out, as OpenSSH does. */
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

/** Judges the key that a host has shown. Lines with a certificate authority say nothing of keys. */
export function judgeHostKey(
  known: readonly KnownHost[],
  place: HostPlace,
  key: Uint8Array,
): HostKeyVerdict {
  const shown = Buffer.from(key).toString('base64');
  const lines = linesOf(known, place);
  if (lines.some((line) => line.marker === 'revoked' && line.key === shown)) return 'revoked';
  const keys = lines.filter(({ marker }) => marker === null);
  if (keys.some((line) => line.key === shown)) return 'known';
  return keys.length > 0 ? 'changed' : 'unknown';
}

/** The types of the keys that are known of a host: it is asked for one of these first. */
export function knownKeyTypes(known: readonly KnownHost[], place: HostPlace): readonly string[] {
  const keys = linesOf(known, place).filter(({ marker }) => marker === null);
  return [...new Set(keys.map(({ type }) => type))];
}

/** Whether only a certificate authority vouches for a host, which is not followed here. */
export function hasOnlyAuthority(known: readonly KnownHost[], place: HostPlace): boolean {
  const lines = linesOf(known, place);
  return lines.length > 0 && lines.every(({ marker }) => marker === 'cert-authority');
}

/** The line that makes a key known. */
export function knownHostLine(place: HostPlace, key: Uint8Array): string {
  return `${nameOf(place)} ${keyType(key)} ${Buffer.from(key).toString('base64')}`;
}

/** A key's fingerprint as `ssh-keygen -l` prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type that a public key says it is of: its first string (RFC 4253, section 6.6). */
export function keyType(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  return bytes.length < 4 ? '' : bytes.toString('latin1', 4, 4 + bytes.readUInt32BE(0));
}

/** How a host is called in the file: with its port, where that is not 22. */
function nameOf({ host, port }: HostPlace): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

function linesOf(known: readonly KnownHost[], place: HostPlace): readonly KnownHost[] {
  const name = nameOf(place);
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
