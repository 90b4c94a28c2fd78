import type { Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import type { NomadAccess } from '../nomad/model.ts';
import { parseDuration } from '../units.ts';
import type { ConfigFile, Profile, SecretSource } from './profile.ts';

/** What the shared flags and their environment variables say; undefined where they are silent. */
export interface Chosen {
  readonly installation: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly nomadAccess: NomadAccess | 'auto' | undefined;
  readonly nomadAddress: string | undefined;
  readonly nomadPod: string | undefined;
  readonly requestTimeout: Milliseconds | undefined;
  readonly readOnly: boolean | undefined;
}

/** Where the Nomad API is and how to speak to it; secrets are named, not held. */
export interface NomadSettings {
  readonly access: NomadAccess | 'auto';
  readonly address: string | null;
  readonly region: string | null;
  readonly namespace: string | null;
  readonly token: SecretSource | { readonly value: string } | null;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly serverName: string | null;
  readonly skipVerify: boolean;
  readonly httpAuth: string | null;
  readonly pod: string;
  readonly port: number;
  readonly tls: boolean;
}

/** Everything that decides which installation is meant and how it is reached. */
export interface Settings {
  /** The profile in use; null where there is none. */
  readonly profile: string | null;
  readonly host: string | null;
  readonly readOnly: boolean;
  readonly requestTimeout: Milliseconds;
  readonly kubernetes: {
    /** Kubeconfig files in order; empty for the default one or the cluster that we run in. */
    readonly kubeconfig: readonly string[];
    readonly context: string | null;
    readonly namespace: string | null;
  };
  readonly nomad: NomadSettings;
  /** Ambient variables that name something else than the profile does: they are not followed. */
  readonly conflicts: readonly string[];
}

const DEFAULT_TIMEOUT: Milliseconds = 30_000;
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Works out the settings: flags and `CIRCLECI_ADMIN_*` first, then the profile; the field's own
 * variables (`NOMAD_ADDR`, `KUBECONFIG`, ...) count only where no profile is in use, so that what
 * happens to be set in a shell never turns a command to another installation.
 *
 * @throws AdminError of kind `notFound` (INSTALLATION_NOT_FOUND) or `usage` (BAD_DURATION)
 */
export function resolveSettings(chosen: Chosen, env: Environment, config: ConfigFile): Settings {
  const name = chosen.installation ?? config.current;
  const profile = name === undefined ? undefined : findProfile(name, config);
  const ambient: Environment = profile ? {} : env;
  return {
    profile: profile ? (name ?? null) : null,
    host: profile?.host ?? ambient['CIRCLE_HOST'] ?? null,
    readOnly: (chosen.readOnly ?? false) || (profile?.readOnly ?? false),
    requestTimeout:
      chosen.requestTimeout ??
      (profile?.requestTimeout ? parseDuration(profile.requestTimeout) : DEFAULT_TIMEOUT),
    kubernetes: {
      kubeconfig: kubeconfigFiles(
        chosen.kubeconfig ?? profile?.kubernetes?.kubeconfig ?? ambient['KUBECONFIG'],
      ),
      context: chosen.context ?? profile?.kubernetes?.context ?? null,
      namespace: chosen.namespace ?? profile?.kubernetes?.namespace ?? null,
    },
    nomad: nomadSettings(chosen, profile, ambient),
    conflicts: profile ? findConflicts(profile, chosen, env) : [],
  };
}

function findProfile(name: string, config: ConfigFile): Profile {
  const profile = config.installations[name];
  if (profile && Object.hasOwn(config.installations, name)) return profile;
  const known = Object.keys(config.installations);
  throw new AdminError('notFound', `there is no installation "${name}" in the config file`, {
    code: 'INSTALLATION_NOT_FOUND',
    hint:
      known.length > 0
        ? `The config file has ${known.join(', ')}.`
        : 'The config file has none; leave out --installation to use the kubeconfig.',
  });
}

function nomadSettings(
  chosen: Chosen,
  profile: Profile | undefined,
  ambient: Environment,
): NomadSettings {
  const own = profile?.nomad;
  const secret = (file?: string, command?: string): SecretSource | null =>
    file === undefined && command === undefined
      ? null
      : { ...(file === undefined ? {} : { file }), ...(command === undefined ? {} : { command }) };
  const ambientToken = ambient['NOMAD_TOKEN'];
  return {
    access: chosen.nomadAccess ?? own?.access ?? 'auto',
    address: chosen.nomadAddress ?? own?.address ?? ambient['NOMAD_ADDR'] ?? null,
    region: own?.region ?? ambient['NOMAD_REGION'] ?? null,
    namespace: own?.namespace ?? ambient['NOMAD_NAMESPACE'] ?? null,
    token:
      secret(own?.tokenFile, own?.tokenCommand) ?? (ambientToken ? { value: ambientToken } : null),
    caFile: own?.caFile ?? ambient['NOMAD_CACERT'] ?? null,
    certFile: own?.certFile ?? ambient['NOMAD_CLIENT_CERT'] ?? null,
    keyFile: own?.keyFile ?? ambient['NOMAD_CLIENT_KEY'] ?? null,
    serverName: own?.serverName ?? ambient['NOMAD_TLS_SERVER_NAME'] ?? null,
    skipVerify: own?.skipVerify ?? isTrue(ambient['NOMAD_SKIP_VERIFY']),
    httpAuth: ambient['NOMAD_HTTP_AUTH'] ?? null,
    pod: chosen.nomadPod ?? own?.pod ?? 'circleci-nomad-0',
    port: own?.port ?? 4646,
    tls: own?.tls ?? false,
  };
}

function findConflicts(profile: Profile, chosen: Chosen, env: Environment): string[] {
  const conflicts: string[] = [];
  const compare = (variable: string, own: string | undefined): void => {
    const value = env[variable];
    if (value && own && normalize(value) !== normalize(own)) {
      conflicts.push(`${variable} is ${value}, the profile says ${own}`);
    }
  };
  compare('CIRCLE_HOST', profile.host);
  if (chosen.nomadAddress === undefined) compare('NOMAD_ADDR', profile.nomad?.address);
  if (chosen.kubeconfig === undefined) compare('KUBECONFIG', profile.kubernetes?.kubeconfig);
  return conflicts;
}

function normalize(address: string): string {
  return address.replace(/^https?:\/\//, '').replace(/\/+$/, '');
}

function kubeconfigFiles(list: string | undefined): readonly string[] {
  const separator = list && /^[A-Za-z]:\\/.test(list) ? ';' : ':';
  return list ? list.split(separator).filter(Boolean) : [];
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['1', 't', 'true', 'yes'].includes(text.toLowerCase());
}
