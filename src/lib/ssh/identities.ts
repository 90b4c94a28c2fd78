import { createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseAgent, ParsedKey } from 'ssh2';
import type { Clock, Milliseconds } from '../clock.ts';
import { isAdminError } from '../errors.ts';
import { isFileMissing } from '../file-problem.ts';
import { shellWord } from '../shell-word.ts';
import { withinLimit } from '../within-limit.ts';
import { keyUnusable, messageOf } from './errors.ts';

/** A private key or an agent to log in with. */
export type Identity =
  | { readonly kind: 'key'; readonly name: string; readonly key: ParsedKey }
  | { readonly kind: 'agent'; readonly name: string; readonly agent: BaseAgent };

/** Where to look for identities. */
export interface IdentitySources {
  /** The key file to use; null tries the default key files in `~/.ssh`. */
  readonly keyFile: string | null;
  readonly home: string;
  /** The socket of the SSH agent (`SSH_AUTH_SOCK`); null if there is none. */
  readonly agentSocket: string | null;
  /**
   * Asks the operator for a passphrase. Null if nobody can be asked; its promise also resolves to
   * null in that case. Throws an AdminError of kind `refused` if the operator declines.
   */
  readonly askPassphrase: ((question: string) => Promise<string | null>) | null;
}

const USUAL_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const MAX_PROMPTS = 3;
/** The longest time in which an agent lists its keys; it asks nobody for that. */
const AGENT_LIMIT: Milliseconds = 5_000;
const PKCS8 = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/;
const PRIVATE = /PRIVATE KEY|^PuTTY-User-Key-File/;
const PUBLIC = /^(?:ssh-|ecdsa-|sk-|---- BEGIN SSH2 PUBLIC)/;

/**
 * Returns the identities in the order in which they are tried: the named key, then the agent; or
 * the agent, then the default keys. A passphrase is asked for only if the agent does not already
 * hold the key.
 *
 * @throws AdminError of kind `validation` (SSH_KEY_UNUSABLE) or `refused` (CANCELLED)
 */
export async function readIdentities(
  sources: IdentitySources,
  clock: Clock,
): Promise<readonly Identity[]> {
  const agent = await openAgent(sources.agentSocket, clock);
  const fromAgent: readonly Identity[] = agent ? [{ kind: 'agent', name: 'the agent', agent }] : [];
  const { keyFile } = sources;
  if (keyFile !== null) {
    const key = await readKey(keyFile, sources, agent);
    return key ? [key, ...fromAgent] : fromAgent;
  }
  const found: Identity[] = [];
  const failures: unknown[] = [];
  for (const name of USUAL_KEYS) {
    const path = join(sources.home, '.ssh', name);
    if (!(await exists(path))) continue;
    // Do not ask for the passphrase of a default key if there is another identity.
    const quiet = agent || found.length > 0 ? { ...sources, askPassphrase: null } : sources;
    const key = await readKey(path, quiet, agent).catch((error: unknown) => {
      // An operator who declined a prompt is not asked again.
      if (isAdminError(error, 'refused')) throw error;
      failures.push(error);
      return null;
    });
    if (key) found.push(key);
  }
  const [failure] = failures;
  if (failure !== undefined && !agent && found.length === 0) throw failure;
  return [...fromAgent, ...found];
}

/** Reads the key in a file; returns null if the agent holds it. */
async function readKey(
  path: string,
  sources: IdentitySources,
  agent: BaseAgent | null,
): Promise<Identity | null> {
  const text = await readPrivate(path);
  const first = await parsePrivate(text);
  if (!(first instanceof Error)) return identity(path, first);
  if (!/encrypted/i.test(first.message)) {
    const hint = `It must be a private key in PEM or OpenSSH format. To convert it: ssh-keygen -p -f ${shellWord(path)}`;
    throw keyUnusable(path, first.message, hint);
  }
  if (agent && (await agentHolds(agent, path))) return null;
  const ask = sources.askPassphrase;
  for (let prompts = 0; ask && prompts < MAX_PROMPTS; prompts += 1) {
    const again = prompts === 0 ? '' : ' (wrong passphrase, try again)';
    const passphrase = await ask(`Passphrase of ${path}${again}:`);
    if (passphrase === null) break;
    const key = await parsePrivate(text, passphrase);
    if (!(key instanceof Error)) return identity(path, key);
  }
  const why = ask ? 'its passphrase was not given' : 'it has a passphrase';
  throw keyUnusable(path, why, `Load it into the agent: ssh-add ${shellWord(path)}`);
}

/**
 * Parses a private key. ssh2 cannot read PKCS #8, so such a key is first converted to an older PEM
 * format.
 */
async function parsePrivate(
  text: string,
  passphrase?: string,
): Promise<ParsedKey | ParsedKey[] | Error> {
  const { default: ssh2 } = await import('ssh2');
  if (!PKCS8.test(text)) return ssh2.utils.parseKey(text, passphrase);
  if (passphrase === undefined && text.includes('ENCRYPTED')) return new Error('it is encrypted');
  try {
    const key = createPrivateKey({ key: text, format: 'pem', passphrase });
    const type = key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs1';
    return ssh2.utils.parseKey(key.export({ type, format: 'pem' }));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function identity(path: string, parsed: ParsedKey | ParsedKey[]): Identity {
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key?.isPrivateKey()) {
    throw keyUnusable(path, 'it is a public key', 'Use the private key, without .pub.');
  }
  return { kind: 'key', name: path, key };
}

async function readPrivate(path: string): Promise<string> {
  const named = 'Set the key with --ssh-key or ssh.keyFile in the profile.';
  const there = await stat(path).catch((error: unknown) => {
    throw keyUnusable(
      path,
      isFileMissing(error) ? 'the file does not exist' : messageOf(error),
      named,
    );
  });
  if (!there.isFile()) throw keyUnusable(path, 'it is not a file', named);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw keyUnusable(path, messageOf(error), named);
  });
  if (!PRIVATE.test(text)) {
    const why = PUBLIC.test(text) ? 'it is a public key' : 'there is no private key in it';
    throw keyUnusable(path, why, 'Use the private key, without .pub.');
  }
  // Like ssh, reject a key that others can read: it is no longer secret. Windows has no such mode
  // bits.
  if ((there.mode & 0o077) !== 0 && !/^[A-Za-z]:/.test(path)) {
    throw keyUnusable(path, 'other users can read it', `chmod 600 ${shellWord(path)}`);
  }
  return text;
}

/** Returns the agent; null if there is none, or if it does not respond, such as a stale forwarded one. */
async function openAgent(socket: string | null, clock: Clock): Promise<BaseAgent | null> {
  if (socket === null || !(await exists(socket))) return null;
  const { default: ssh2 } = await import('ssh2');
  const agent = ssh2.createAgent(socket);
  const responds = new Promise<BaseAgent>((resolve) => agent.getIdentities(() => resolve(agent)));
  const late = () => new Error('no response');
  return withinLimit(responds, { clock, limit: AGENT_LIMIT, late }).catch(() => null);
}

/** Returns whether the agent holds the key, judging by the public key file next to it. */
async function agentHolds(agent: BaseAgent, path: string): Promise<boolean> {
  if (!(await exists(`${path}.pub`))) return false;
  const { default: ssh2 } = await import('ssh2');
  const own = ssh2.utils.parseKey(await readFile(`${path}.pub`, 'utf8'));
  if (own instanceof Error) return false;
  const held = await new Promise<readonly unknown[]>((resolve) => {
    // An agent that fails counts as holding no keys.
    agent.getIdentities((error, keys) => resolve(error ? [] : (keys ?? [])));
  });
  return held.some((key) => own.equals(key as ParsedKey));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
