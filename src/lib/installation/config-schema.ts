import { KEY_GROUPS, PROFILE_KEYS, PROFILE_NAME, type ProfileKey } from './profile-keys.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Returns the published JSON schema of the config file, which editors use for completion. */
export function configSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Config file of circleci-admin',
    description: 'The installations of CircleCI Server that circleci-admin knows, by name.',
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      current: {
        type: ['string', 'null'],
        description: 'Installation that commands use by default',
      },
      installations: {
        type: ['object', 'null'],
        description: 'Profiles by name',
        propertyNames: { pattern: PROFILE_NAME.source },
        additionalProperties: { $ref: '#/$defs/profile' },
      },
    },
    $defs: { profile: group('', 'Settings of one installation') },
  };
}

const GROUP_DESCRIPTIONS: Readonly<Record<string, string>> = {
  kubernetes: 'Which cluster and namespace',
  nomad: 'How to reach Nomad',
  server: "How to reach the CircleCI server's own APIs",
  ssh: 'How to reach the machines by SSH',
  github: 'The GitHub that the server works with',
  'server.paths': 'Paths of its admin API',
  'server.settingNames': 'Names of system settings',
};

function group(prefix: string, description: string): Schema {
  const properties: Record<string, Schema> = {};
  for (const spec of PROFILE_KEYS) {
    if (!spec.key.startsWith(prefix)) continue;
    const [word = ''] = spec.key.slice(prefix.length).split('.');
    const inner = `${prefix}${word}`;
    if (KEY_GROUPS.has(inner)) {
      properties[word] ??= group(`${inner}.`, GROUP_DESCRIPTIONS[inner] ?? inner);
    } else properties[word] = valueSchema(spec);
  }
  const hasToken = 'tokenFile' in properties && 'tokenCommand' in properties;
  return {
    type: ['object', 'null'],
    description,
    additionalProperties: false,
    properties,
    ...(hasToken ? { not: { required: ['tokenFile', 'tokenCommand'] } } : {}),
  };
}

function valueSchema({ kind, description, choices, fallback }: ProfileKey): Schema {
  const about = { description, ...(fallback === undefined ? {} : { default: fallback }) };
  switch (kind) {
    case 'hop':
      return { type: ['boolean', 'string'], ...about };
    case 'boolean':
      return { type: 'boolean', ...about };
    case 'port':
      return { type: 'integer', minimum: 1, maximum: 65_535, ...about };
    case 'version':
      // An unquoted version is a number in YAML; its source text is used.
      return { type: ['string', 'number'], pattern: '^\\d{1,3}\\.\\d{1,3}$', ...about };
    case 'duration':
      return { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$', ...about };
    case 'choice':
      return { type: 'string', enum: choices, ...about };
    case 'path':
      return { type: 'string', pattern: '^(/[A-Za-z0-9._~%-]+)+$', ...about };
    case 'address':
      return { type: 'string', pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[^@\\s]+$', ...about };
    default:
      return { type: 'string', minLength: 1, ...about };
  }
}
