import type { SshChoice } from '../../installation/connect-ssh.ts';
import type { Installation } from '../../installation/installation.ts';
import type { Masker } from '../../masking.ts';
import type { Catalogue } from '../../services/catalogue.ts';
import type { QueueSources } from './sources.ts';

/** The context for opening the sources of a snapshot. */
export interface SourcesContext {
  readonly installation: Installation;
  readonly catalogue: Catalogue;
  readonly masker: Masker;
  readonly ssh?: SshChoice;
}

/** Returns the sources of a snapshot for an installation. Nothing is connected yet. */
export function openSources({ installation, catalogue, masker, ssh = {} }: SourcesContext) {
  const { settings, clock } = installation;
  const { host, version, baseDomain } = settings;
  const noHost = 'no host is configured for the server';
  const noToken = 'no API token is configured for the server';
  const machines = [settings.ssh.keyFile, settings.ssh.bastion, ssh.keyFile, ssh.bastion];
  return {
    get installation() {
      return installation.name;
    },
    serverVersion: version,
    host,
    baseDomain,
    catalogue,
    clock,
    masker,
    kubernetes: { open: () => installation.kubernetes() },
    nomad: { open: () => installation.nomad() },
    server: host === null ? { missing: noHost } : { open: () => installation.server() },
    admin:
      host === null || settings.server.token === null
        ? { missing: host === null ? noHost : noToken }
        : { open: () => installation.admin({ brief: true }) },
    ssh: machines.some((one) => one !== null && one !== undefined)
      ? { open: () => installation.ssh(ssh) }
      : { missing: 'SSH to the clients is not configured (key or bastion)' },
  } satisfies QueueSources;
}
