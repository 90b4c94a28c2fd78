import type { ProposedSetting } from '../installation/profile-change.ts';
import type { FoundInstallation } from './discover.ts';

/** Values given by the operator; null if not given. */
export interface RequestedSettings {
  readonly name: string | null;
  readonly host: string | null;
  readonly version: string | null;
  readonly tokenFile: string | null;
  readonly tokenCommand: string | null;
}

/** Environment settings that have no effect once a profile is in use. */
export interface Ambient {
  readonly kubeconfig: readonly string[];
  readonly host: string | null;
  readonly caFile: string | null;
  /** Whether CIRCLE_TOKEN is set; `nomadToken` likewise for NOMAD_TOKEN. */
  readonly serverToken: boolean;
  readonly nomadToken: boolean;
}

/** A profile setting for which no value was found. */
export interface MissingSetting {
  readonly key: string;
  readonly why: string;
}

/** A profile to write. */
export interface Proposal {
  readonly name: string;
  readonly settings: readonly ProposedSetting[];
  readonly missing: readonly MissingSetting[];
}

/** The default pod of a profile without `nomad.pod`. */
const USUAL_POD = 'circleci-nomad-0';

/** Proposes a profile from what was discovered. The operator's own values take precedence. */
export function proposeProfile(
  found: FoundInstallation,
  requested: RequestedSettings,
  ambient: Ambient,
): Proposal {
  const settings: ProposedSetting[] = [];
  const missing: MissingSetting[] = [];
  const add = (key: string, value: string | null, source: string): void => {
    if (value === null) missing.push({ key, why: source });
    else settings.push({ key, value, source });
  };
  const addIf = (key: string, value: string | null, source: string): void => {
    if (value !== null) settings.push({ key, value, source });
  };
  if (requested.host !== null) add('host', requested.host, '--host');
  else if (ambient.host !== null) add('host', ambient.host, 'CIRCLE_HOST');
  else add('host', found.host.value, found.host.source);
  if (requested.version !== null) add('version', requested.version, '--server-version');
  else add('version', found.release.version, found.release.source);
  // Server 4.x has no internal base domain: clients use the server's own.
  const isLater = (requested.version ?? found.release.version)?.startsWith('4.') ?? false;
  if (!isLater) add('baseDomain', found.baseDomain.value, found.baseDomain.source);
  const files = ambient.kubeconfig.join(':');
  addIf('kubernetes.kubeconfig', files || null, '--kubeconfig or KUBECONFIG');
  addIf('kubernetes.context', found.context, 'kubeconfig');
  addIf('kubernetes.namespace', found.namespace, 'where the Nomad server is');
  add('kubernetes.clusterId', found.clusterId.value, found.clusterId.source);
  const { value: pod, source } = found.nomadPod;
  if (pod === null) missing.push({ key: 'nomad.pod', why: source });
  else if (pod !== USUAL_POD) add('nomad.pod', pod, source);
  if (requested.tokenFile !== null) add('server.tokenFile', requested.tokenFile, '--token-file');
  else if (requested.tokenCommand !== null) {
    add('server.tokenCommand', requested.tokenCommand, '--token-command');
  } else missing.push({ key: 'server.tokenFile', why: serverTokenHint(ambient) });
  if (ambient.nomadToken) missing.push({ key: 'nomad.tokenFile', why: NOMAD_TOKEN_HINT });
  addIf('server.caFile', ambient.caFile, 'NODE_EXTRA_CA_CERTS');
  return { name: requested.name ?? nameOf(found), settings, missing };
}

/** A profile ignores tokens in the environment, because they may belong to another installation. */
const NOMAD_TOKEN_HINT =
  "NOMAD_TOKEN is ignored with a profile: config set nomad.tokenCommand 'printenv NOMAD_TOKEN'";

function serverTokenHint({ serverToken }: Ambient): string {
  return serverToken
    ? "CIRCLE_TOKEN is ignored with a profile: --token-command 'printenv CIRCLE_TOKEN'"
    : 'no API token is configured: --token-file PATH';
}

/**
 * Derives a valid profile name from the context's last part: `arn:aws:eks:...:cluster/prod` becomes
 * `prod`.
 */
function nameOf({ context, namespace }: FoundInstallation): string {
  const last = (context ?? namespace).split(/[/:]/).at(-1) ?? '';
  const name = last.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 63) || 'default';
}
