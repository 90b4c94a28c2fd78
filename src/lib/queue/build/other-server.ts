import { isIP } from 'node:net';
import { AdminError } from '../../errors.ts';
import type { BuildTarget } from './build-target.ts';

/** Hosts of builds' URLs: those of repositories, on the same line, have no such path. */
const BUILD_HOST = /\bhttps?:\/\/([^/\s"'<>]+)\/(?:pipelines\/)?(?:gh|github|bb|bitbucket)\//gi;

/** Hosts and URLs of the installation, as they were configured or told; null where one is not known. */
export type OwnHosts = readonly (string | null)[];

/**
 * Whether a build's URL is one of this installation; null where nobody says what its host is called.
 * Where it is reached by an address, such as through a tunnel, that says nothing of its name.
 */
export function isOurs(host: string, told: OwnHosts): boolean | null {
  const wanted = hostName(host);
  const own = told.map((one) => one && hostName(one)).filter((one) => one !== null);
  if (wanted === null || own.includes(wanted)) return wanted !== null || null;
  return isName(wanted) && own.some(isName) ? false : null;
}

/**
 * Refuses to answer for a build of another installation: this one may have a build of that name too.
 *
 * @throws AdminError of kind `refused`, code OTHER_SERVER
 */
export function refuseOtherServer(
  { text, host, project, number }: BuildTarget,
  told: OwnHosts,
): void {
  if (host === null || isOurs(host, told) !== false) return;
  const ours = told.map((one) => one && hostName(one)).find((one) => one && isName(one));
  throw new AdminError(
    'refused',
    `${text} is a build of ${host}, and the server of this installation is ${ours}`,
    {
      code: 'OTHER_SERVER',
      hint: `Choose its installation with --installation NAME, or give ${project}/${number} for the build of that name here.`,
    },
  );
}

/** What is said where nobody tells whether a URL's host is this installation; null where it is. */
export function unsureNote(host: string | null, told: OwnHosts): string | null {
  if (host === null || isOurs(host, told) !== null) return null;
  return `${host} may be another installation: the name of this one's server is not known`;
}

/** The hosts in those URLs of builds that a text holds. */
export function buildHostsIn(text: string): readonly string[] {
  return [...text.matchAll(BUILD_HOST)].flatMap(([, host]) => host ?? []);
}

/** Without scheme, port and the `app.` of the web app; null for what is no host. */
function hostName(text: string): string | null {
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  return url === null ? null : url.hostname.replace(/\.$/, '').replace(/^app\.(?=.*\.)/, '');
}

/** Whether it is a name that people use for it: no address, and no name within a cluster or a machine. */
function isName(host: string): boolean {
  return host.includes('.') && isIP(host) === 0 && !/\.(?:svc|local|localhost)$/.test(host);
}
