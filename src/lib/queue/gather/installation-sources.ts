import type { SshChoice } from '../../installation/connect-ssh.ts';
import type { Installation } from '../../installation/installation.ts';
import type { Masker } from '../../masking.ts';
import type { Catalogue } from '../../services/catalogue.ts';
import type { QueueSources, Source } from './sources.ts';

/** What the sources of an installation are made from. */
export interface InstallationSources {
  readonly catalogue: Catalogue;
  readonly masker: Masker;
  /** What flags say of SSH; null where none was given. */
  readonly ssh: SshChoice | null;
}

const NO_HOST: Source<never> = {
  missing: 'the host of the server is not known; name it: circleci-admin config set host HOST',
};
const NO_TOKEN: Source<never> = {
  missing:
    'there is no API token for the server; name one: circleci-admin config set server.tokenFile PATH',
};
const NO_SSH: Source<never> = {
  missing: 'SSH is not set up; set ssh.keyFile or ssh.bastion in the profile, or use the flags',
};

/** An installation's services, as far as they are set up. Nothing is connected yet. */
export function sourcesOf(
  installation: Installation,
  { catalogue, masker, ssh }: InstallationSources,
): QueueSources {
  const { settings, clock, name } = installation;
  const { host, baseDomain, version } = settings;
  const hasSsh = ssh !== null || settings.ssh.keyFile !== null || settings.ssh.bastion !== null;
  const server: QueueSources['server'] =
    host === null ? NO_HOST : { open: () => installation.server() };
  const admin: QueueSources['admin'] =
    settings.server.token === null ? NO_TOKEN : { open: () => installation.admin({ brief: true }) };
  return {
    installation: name,
    serverVersion: version,
    host,
    baseDomain,
    catalogue,
    clock,
    masker,
    kubernetes: { open: () => installation.kubernetes() },
    nomad: { open: () => installation.nomad() },
    server,
    admin: host === null ? NO_HOST : admin,
    ssh: hasSsh ? { open: () => installation.ssh(ssh ?? {}) } : NO_SSH,
  };
}
