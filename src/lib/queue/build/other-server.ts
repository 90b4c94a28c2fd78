import { isIP } from 'node:net';
import { AdminError } from '../../errors.ts';
import type { BuildTarget } from './build-target.ts';

/** Matches the hosts of build URLs; repository URLs on the same line have a different path. */
const BUILD_HOST = /\bhttps?:\/\/([^/\s"'<>]+)\/(?:pipelines\/)?(?:gh|github|bb|bitbucket)\//gi;

/** Hosts and URLs of the installation, from the configuration or from evidence; null if unknown. */
export type OwnHosts = readonly (string | null)[];

/**
 * Returns whether the host of a build's URL is this installation; null if its name is unknown. An
 * IP address, for example of a tunnel, says nothing about the name.
 */
export function isOurs(host: string, ownHosts: OwnHosts): boolean | null {
  const wanted = hostName(host);
  const own = ownHosts.map((one) => one && hostName(one)).filter((one) => one !== null);
  if (wanted === null || own.includes(wanted)) return wanted !== null || null;
  return isName(wanted) && own.some(isName) ? false : null;
}

/**
 * Throws if the build is of another installation, because this one may have a build of the same
 * name.
 *
 * @throws AdminError of kind `refused`, code OTHER_SERVER
 */
export function refuseOtherServer(
  { text, host, project, number }: BuildTarget,
  ownHosts: OwnHosts,
): void {
  if (host === null || isOurs(host, ownHosts) !== false) return;
  const ours = ownHosts.map((one) => one && hostName(one)).find((one) => one && isName(one));
  throw new AdminError(
    'refused',
    `${text} is a build of ${host}, and the server of this installation is ${ours}`,
    {
      code: 'OTHER_SERVER',
      hint: `Choose its installation with --installation NAME, or give ${project}/${number} for the build of that name here.`,
    },
  );
}

/** Returns a note if it is unknown whether a URL's host is this installation; else null. */
export function unsureNote(host: string | null, ownHosts: OwnHosts): string | null {
  if (host === null || isOurs(host, ownHosts) !== null) return null;
  return `${host} may be another installation: the name of this one's server is not known`;
}

/** Returns the hosts of all build URLs in a text. */
export function buildHostsIn(text: string): readonly string[] {
  return [...text.matchAll(BUILD_HOST)].flatMap(([, host]) => host ?? []);
}

/** Returns the host without scheme, port and the web app's `app.`; null for an invalid host. */
function hostName(text: string): string | null {
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  return url === null ? null : url.hostname.replace(/\.$/, '').replace(/^app\.(?=.*\.)/, '');
}

/**
 * Returns whether a host is a public name, rather than an IP address or a cluster-internal or local
 * name.
 */
function isName(host: string): boolean {
  return host.includes('.') && isIP(host) === 0 && !/\.(?:svc|local|localhost)$/.test(host);
}
