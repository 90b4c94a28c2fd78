import { AdminError } from '../errors.ts';
import type { ConfigFile } from './profile.ts';

type Kind = 'string' | 'boolean' | 'number' | 'version';
interface Shape {
  readonly [key: string]: Kind | Shape;
}

/** Every key that a profile may have, and what its value is. */
const PROFILE: Shape = {
  host: 'string',
  version: 'version',
  readOnly: 'boolean',
  requestTimeout: 'string',
  kubernetes: { kubeconfig: 'string', context: 'string', namespace: 'string' },
  nomad: {
    access: 'string',
    address: 'string',
    region: 'string',
    namespace: 'string',
    tokenFile: 'string',
    tokenCommand: 'string',
    caFile: 'string',
    certFile: 'string',
    keyFile: 'string',
    serverName: 'string',
    skipVerify: 'boolean',
    pod: 'string',
    port: 'number',
    tls: 'boolean',
  },
};

/**
 * Takes a parsed config file for what it is, or says which key is wrong.
 *
 * @throws AdminError of kind `validation`, code BAD_CONFIG
 */
export function checkConfig(parsed: unknown, path: string): ConfigFile {
  if (parsed === null || parsed === undefined) return { installations: {} };
  if (!isRecord(parsed)) throw bad(path, 'it is not a mapping');
  for (const key of Object.keys(parsed)) {
    if (key !== 'current' && key !== 'installations') {
      throw bad(path, `"${key}" is not a key (current, installations)`);
    }
  }
  const { current, installations = {} } = parsed;
  if (current !== undefined && typeof current !== 'string') throw bad(path, '"current" is no name');
  if (!isRecord(installations)) throw bad(path, '"installations" is not a mapping');
  for (const [name, profile] of Object.entries(installations)) {
    checkShape(profile, PROFILE, `installations.${name}`, path);
  }
  return current === undefined ? { installations } : { current, installations };
}

function checkShape(value: unknown, shape: Shape, at: string, path: string): void {
  if (!isRecord(value)) throw bad(path, `"${at}" is not a mapping`);
  for (const [key, item] of Object.entries(value)) {
    const expected = shape[key];
    if (expected === undefined) {
      throw bad(path, `"${at}.${key}" is not a key (${Object.keys(shape).join(', ')})`);
    }
    if (typeof expected === 'object') checkShape(item, expected, `${at}.${key}`, path);
    else if (!isKind(item, expected)) throw bad(path, `"${at}.${key}" is not a ${expected}`);
  }
}

function isKind(value: unknown, kind: Kind): boolean {
  // YAML reads 3.0 as a number: both ways of writing a version are fine.
  if (kind === 'version') return typeof value === 'number' || typeof value === 'string';
  return typeof value === kind;
}

function isRecord(value: unknown): value is Readonly<Record<string, never>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(path: string, what: string): AdminError {
  return new AdminError('validation', `${path}: ${what}`, {
    code: 'BAD_CONFIG',
    hint: 'Mend the file, or name another one with CIRCLECI_ADMIN_CONFIG_DIR.',
  });
}
