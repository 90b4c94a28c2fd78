import { sameAddress } from './conflicts.ts';
import { type Profile, profileValue, type SecretSource } from './profile.ts';
import { findKey } from './profile-keys.ts';
import { decide, type Environment, type Setting, type SettingSources } from './setting-origins.ts';

/** A secret or its source. */
export type Token = SecretSource | { readonly value: string };

/** The tokens that may be sent, and the reasons why others may not. */
export interface Tokens {
  readonly nomad: Token | null;
  readonly server: Token | null;
  readonly httpAuth: string | null;
  /** One sentence for each token that is not sent. */
  readonly withheld: readonly string[];
}

/**
 * Selects the tokens. A token is sent only to the host that it was issued for: if a flag or a
 * variable sets another address than the profile (or `NOMAD_ADDR`), the token of the profile (or
 * `NOMAD_TOKEN`) is withheld.
 */
export function chooseTokens(settingSources: SettingSources): Tokens {
  const { env, profile } = settingSources;
  const withheld: string[] = [];
  const issued = (what: string, token: Token | null, elsewhere: string | null): Token | null => {
    if (token === null || elsewhere === null) return token;
    withheld.push(`${what} is not sent: ${elsewhere}`);
    return null;
  };
  const nomadElsewhere = profile
    ? addressChange(profile, settingSources, NOMAD_ADDRESS_KEYS)
    : addressMismatch(env, 'NOMAD_ADDR', decided('nomad.address', settingSources));
  const ambient: Environment = profile ? {} : env;
  const nomad =
    valueOrNull(env['CIRCLECI_ADMIN_NOMAD_TOKEN']) ??
    configuredSecret('nomad', settingSources, 'environment') ??
    issued(
      "the profile's Nomad token",
      configuredSecret('nomad', settingSources, 'profile'),
      nomadElsewhere,
    ) ??
    issued('NOMAD_TOKEN', valueOrNull(ambient['NOMAD_TOKEN']), nomadElsewhere);
  const server =
    valueOrNull(env['CIRCLECI_ADMIN_SERVER_TOKEN']) ??
    configuredSecret('server', settingSources, 'environment') ??
    issued(
      "the profile's server token",
      configuredSecret('server', settingSources, 'profile'),
      profile ? addressChange(profile, settingSources, ['host']) : null,
    ) ??
    issued(
      'CIRCLE_TOKEN',
      valueOrNull(ambient['CIRCLE_TOKEN']),
      addressMismatch(env, 'CIRCLE_HOST', decided('host', settingSources)),
    );
  const auth = issued('NOMAD_HTTP_AUTH', valueOrNull(ambient['NOMAD_HTTP_AUTH']), nomadElsewhere);
  return { nomad, server, httpAuth: auth && 'value' in auth ? auth.value : null, withheld };
}

/** The GitHub tokens: the one set by the environment, and the one of the profile. */
export interface GitHubTokens {
  readonly given: Token | null;
  readonly profile: Token | null;
}

/** Finds the GitHub tokens. Which one may be sent depends on the host, which is known later. */
export function chooseGitHubTokens(settingSources: SettingSources): GitHubTokens {
  const { env } = settingSources;
  return {
    given:
      valueOrNull(env['CIRCLECI_ADMIN_GITHUB_TOKEN']) ??
      configuredSecret('github', settingSources, 'environment'),
    profile: configuredSecret('github', settingSources, 'profile'),
  };
}

const NOMAD_ADDRESS_KEYS = ['nomad.address', 'kubernetes.context', 'kubernetes.kubeconfig'];

function valueOrNull(value: string | undefined): { readonly value: string } | null {
  return value ? { value } : null;
}

/** Returns the file or command for a secret, if it is set by the given source. */
function configuredSecret(
  group: 'nomad' | 'server' | 'github',
  settingSources: SettingSources,
  source: Setting['source'],
): SecretSource | null {
  const said = (key: string): { readonly text?: string } => {
    const setting = decided(key, settingSources);
    return setting.source === source && typeof setting.value === 'string'
      ? { text: setting.value }
      : {};
  };
  const { text: file } = said(`${group}.tokenFile`);
  const { text: command } = said(`${group}.tokenCommand`);
  if (file !== undefined) return { file };
  return command === undefined ? null : { command };
}

/** Describes the first key that a flag or variable sets differently from the profile; or null. */
function addressChange(
  profile: Profile,
  settingSources: SettingSources,
  keys: readonly string[],
): string | null {
  for (const key of keys) {
    const own = profileValue(profile, key);
    const { value, source } = decided(key, settingSources);
    if (source !== 'flag' && source !== 'environment') continue;
    if (typeof own === 'string' && !sameAddress(own, String(value))) {
      return `${key} is now ${value}, but the profile has ${own}`;
    }
  }
  return null;
}

/** Describes how the address in use differs from the ambient variable; null if it does not. */
function addressMismatch(
  env: Environment,
  variable: string,
  { value, source }: Setting,
): string | null {
  const own = env[variable];
  if (!own || source === 'ambient' || typeof value !== 'string') return null;
  return sameAddress(own, value) ? null : `the address is ${value}, but ${variable} is ${own}`;
}

function decided(key: string, settingSources: SettingSources): Setting {
  const spec = findKey(key);
  if (!spec) throw new Error(`No profile has a key "${key}"`);
  return decide(spec, settingSources);
}
