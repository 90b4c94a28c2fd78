import { BlockList, isIP } from 'node:net';

/** The proxy settings in the environment: `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`. */
export interface ProxySettings {
  /** The proxy for `http://` origins. */
  readonly http?: string;
  /** The proxy for `https://` origins. */
  readonly https?: string;
  /** A comma-separated list of hosts, domains, addresses and networks to connect to directly. */
  readonly no?: string;
}

/**
 * Returns the proxy URL for an origin, or null to connect directly. Follows the rules of Go's
 * golang.org/x/net/http/httpproxy, as kubectl and the nomad CLI do: loopback is never proxied,
 * `example.com` includes its subdomains, `.example.com` matches only subdomains, and an entry with
 * a port matches only that port.
 */
export function proxyFor(origin: string, settings: ProxySettings): string | null {
  const url = new URL(origin);
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  if (proxy === undefined || proxy === '') return null;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isLoopback(host)) return null;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const entries = (settings.no ?? '').split(',').map((entry) => entry.trim().toLowerCase());
  if (entries.some((entry) => entry !== '' && covers(entry, host, port))) return null;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inNetwork(entry, host);
  if (isIP(entry) !== 0) return entry === host;
  const [, name = entry, onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const domain = name.replace(/^\*?\./, '');
  return host.endsWith(`.${domain}`) || (domain === name && host === domain);
}

function inNetwork(entry: string, host: string): boolean {
  const [network = '', prefix = ''] = entry.split('/');
  const family = isIP(network);
  if (family === 0 || family !== isIP(host) || !/^\d+$/.test(prefix)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), type);
  return list.check(host, type);
}
