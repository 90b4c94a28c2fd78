import { isIP } from 'node:net';
import { AdminError } from '../errors.ts';
import type { OutputAddress } from './output-address.ts';

/** The service that is expected at a port. */
export type PortCheck =
  | 'output-processor'
  | 'server'
  | 'github-api'
  | 'github-git'
  | 'nomad'
  | 'rabbitmq'
  | 'postgresql'
  | 'mongodb'
  | 'redis'
  | 'vault';

/** Something that a client must be able to reach. */
export interface Probe {
  readonly check: PortCheck | 'dns';
  /** Null if the host is unknown. */
  readonly host: string | null;
  /** Null for a name lookup. */
  readonly port: number | null;
  /** A command line that exits with 0 on success; empty if the host is unknown. */
  readonly command: string;
  /** Why it is not checked; null if it is. */
  readonly skipped: string | null;
}

/** The hosts of an installation. */
export interface InstallationHosts {
  /** As in the profile: a host, optionally with scheme and port. */
  readonly server: string | null;
  /** For example `prod.circleci.internal`. */
  readonly baseDomain: string | null;
  /** The output address from a task; used if the base domain is unknown. */
  readonly output?: OutputAddress | null;
  readonly github: string;
  /** The server's version as major.minor; null if unknown. */
  readonly version: string | null;
}

/**
 * Returns the host of an address that may have a scheme and a path; an invalid address is returned
 * unchanged.
 */
export function hostOf(text: string): string {
  return urlOf(text)?.hostname || text;
}

/** The ports that clients use (the operations guide's tables, and its check of port 8585). */
const OUTPUT_PORT = 8585;
const GITHUB_PORTS: readonly (readonly [PortCheck, number])[] = [
  ['github-api', 443],
  ['github-api', 80],
  ['github-git', 22],
];

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** Returns the probes to run on each client. */
export function probesFor(hosts: InstallationHosts): readonly Probe[] {
  const server = hosts.server === null ? null : serverAddress(hosts.server);
  const output = outputHost(hosts, server?.host ?? null);
  const ports: readonly Probe[] = [
    output.skipped === null
      ? portProbe('output-processor', output.host, output.port)
      : skipped('output-processor', OUTPUT_PORT, output.skipped),
    server
      ? portProbe('server', server.host, server.port, server.scheme)
      : skipped('server', 443, 'the host is unknown: set host in the profile, or --server-domain'),
    ...GITHUB_PORTS.map(([check, port]) => portProbe(check, hosts.github, port)),
  ];
  // DNS lookups only for names, not for IP addresses.
  const names = new Set(ports.flatMap(({ host }) => (host === null || isIP(host) ? [] : [host])));
  return [...[...names].map(dnsProbe), ...ports];
}

/**
 * Returns the address of the output-processor: 3.x has a separate name, 4.0 to 4.2 use the server's
 * name, and later versions do not use the port.
 */
function outputHost(
  { baseDomain, version, output }: InstallationHosts,
  server: string | null,
): (OutputAddress & { readonly skipped: null }) | { readonly skipped: string } {
  const [major = 3, minor = 0] = (version ?? '3.0').split('.').map(Number);
  if (major > 4 || (major === 4 && minor >= 3)) {
    return { skipped: `clients of server 4.3 and later do not use port ${OUTPUT_PORT}` };
  }
  if (baseDomain !== null && major < 4) {
    const host = checkedHost(`output.${baseDomain.replace(/^output\./, '')}`);
    return { host, port: OUTPUT_PORT, skipped: null };
  }
  if (output) return { host: checkedHost(output.host), port: output.port, skipped: null };
  if (major === 4) {
    return server === null
      ? { skipped: 'the host is unknown' }
      : { host: server, port: OUTPUT_PORT, skipped: null };
  }
  return {
    skipped:
      "the base domain is unknown, and not in schedulerer's log: set baseDomain in the profile, or --base-domain",
  };
}

function portProbe(
  check: PortCheck,
  host: string,
  port: number,
  scheme = port === 443 ? 'https' : 'http',
): Probe {
  // -k: whether the port responds is all that matters here, not the certificate.
  const command = `curl -sk -o /dev/null --connect-timeout 5 --max-time 10 ${scheme}://${checkedHost(host)}:${port}`;
  return { check, host, port, command, skipped: null };
}

function dnsProbe(host: string): Probe {
  return {
    check: 'dns',
    host,
    port: null,
    command: `getent hosts ${checkedHost(host)}`,
    skipped: null,
  };
}

function skipped(check: PortCheck, port: number, why: string): Probe {
  return { check, host: null, port, command: '', skipped: why };
}

/** Null for an invalid address. */
function urlOf(text: string): URL | null {
  return URL.parse(text.includes('://') ? text : `https://${text}`);
}

interface ServerAddress {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

function serverAddress(text: string): ServerAddress {
  const url = urlOf(text);
  if (url === null) throw badHost(text);
  const scheme = url.protocol === 'http:' ? 'http' : 'https';
  const port = Number(url.port) || (scheme === 'http' ? 80 : 443);
  return { scheme, host: checkedHost(url.hostname), port };
}

/**
 * Returns the host if it is valid. It becomes part of a shell command, so nothing else may pass.
 *
 * @throws AdminError of kind `usage`, code BAD_HOST
 */
export function checkedHost(host: string): string {
  if (HOST.test(host)) return host;
  throw badHost(host);
}

function badHost(text: string): AdminError {
  return new AdminError('usage', `"${text}" is not a valid host name`, {
    code: 'BAD_HOST',
    hint: 'Write it like circleci.example.com.',
  });
}
