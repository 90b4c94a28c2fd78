import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { AdminError } from '../errors.ts';
import { isFileMissing } from '../file-problem.ts';
import { isRecord } from '../json-value.ts';
import { readFile } from '../read-file.ts';

/** The places that a kubeconfig may come from. */
export interface KubeconfigSources {
  /** The file given by a flag or a profile; no other place is searched then. */
  readonly file?: string;
  /**
   * The environment variables; KUBECONFIG, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are
   * read.
   */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The home directory, for the default `.kube/config`. */
  readonly home: string;
  /**
   * The directory with a service account's token, CA and namespace; default is the standard path in
   * a pod.
   */
  readonly serviceAccount?: string;
}

/** The context name for the service account of a pod; client-node uses the same name. */
export const IN_CLUSTER = 'inClusterContext';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Loads and merges kubeconfig files in kubectl's order: the given file, or else every file of
 * KUBECONFIG (missing files are skipped, and the first definition of a name wins), or else
 * `~/.kube/config`, or else the service account of the pod that runs the tool.
 *
 * Imports only the configuration code of client-node: its generated API models take 440 ms to load.
 *
 * @throws AdminError `notFound` NO_KUBECONFIG, `validation` BAD_KUBECONFIG
 */
export async function loadKubeconfig(sources: KubeconfigSources): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const merged = new KubeConfig();
  let found = false;
  for (const file of files(sources)) {
    const text = await readOrNull(file);
    if (text === null) continue;
    const one = new KubeConfig();
    await readInto(one, file, text);
    mergeInto(merged, one, !found);
    found = true;
  }
  if (found) return merged;
  if (sources.file === undefined && (await loadServiceAccount(merged, sources))) return merged;
  throw new AdminError('notFound', `There is no kubeconfig: looked for ${places(sources)}`, {
    code: 'NO_KUBECONFIG',
    hint: 'Set the file with --kubeconfig or KUBECONFIG, or choose a profile with --installation.',
  });
}

function files(sources: KubeconfigSources): readonly string[] {
  if (sources.file !== undefined) return [sources.file];
  const listed = (sources.environment['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  return listed.length > 0 ? listed : [join(sources.home, '.kube', 'config')];
}

function places(sources: KubeconfigSources): string {
  return files(sources).join(', ');
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isFileMissing(error)) return null;
    throw unusable(file, error);
  }
}

async function readInto(config: KubeConfig, file: string, text: string): Promise<void> {
  try {
    const root = dirname(file);
    config.loadFromString(/\btokenFile\b/.test(text) ? await withTokenFiles(text, root) : text);
    config.makePathsAbsolute(root);
    for (const { exec } of config.users) {
      if (isRelativeCommand(exec?.command)) exec.command = join(root, exec.command);
    }
  } catch (error) {
    throw unusable(file, error);
  }
}

/** A command with a slash is a path relative to its kubeconfig; one without is searched in PATH. */
function isRelativeCommand(command: unknown): command is string {
  return typeof command === 'string' && command.includes('/') && !isAbsolute(command);
}

/**
 * Turns each user's `tokenFile` into the auth provider that client-node uses in a cluster, because
 * client-node 2.0 supports token files only there. It reads the file again each minute, like
 * kubectl.
 */
async function withTokenFiles(text: string, root: string): Promise<string> {
  const { parse } = await import('yaml');
  const document: unknown = parse(text);
  for (const entry of field(document, 'users') ?? []) {
    const user: unknown = entry?.user;
    if (!isRecord(user) || typeof user['tokenFile'] !== 'string') continue;
    const path = user['tokenFile'];
    const tokenFile = isAbsolute(path) ? path : join(root, path);
    user['auth-provider'] = { name: 'tokenFile', config: { tokenFile } };
  }
  return JSON.stringify(document);
}

function field(document: unknown, key: string): readonly Record<string, unknown>[] | null {
  const list = isRecord(document) ? document[key] : null;
  return Array.isArray(list) ? list.filter(isRecord) : null;
}

function mergeInto(merged: KubeConfig, one: KubeConfig, first: boolean): void {
  merged.clusters = keepFirst(merged.clusters, one.clusters);
  merged.users = keepFirst(merged.users, one.users);
  merged.contexts = keepFirst(merged.contexts, one.contexts);
  if (first || !merged.currentContext) merged.currentContext = one.currentContext;
}

function keepFirst<T extends { readonly name: string }>(
  old: readonly T[],
  added: readonly T[],
): T[] {
  const names = new Set(old.map(({ name }) => name));
  return [...old, ...added.filter(({ name }) => !names.has(name))];
}

async function loadServiceAccount(
  config: KubeConfig,
  sources: KubeconfigSources,
): Promise<boolean> {
  const host = sources.environment['KUBERNETES_SERVICE_HOST'];
  const port = sources.environment['KUBERNETES_SERVICE_PORT'] ?? '443';
  const root = sources.serviceAccount ?? SERVICE_ACCOUNT;
  const tokenFile = join(root, 'token');
  if (!host || (await readOrNull(tokenFile)) === null) return false;
  const namespace = (await readOrNull(join(root, 'namespace')))?.trim();
  const name = 'inCluster';
  config.loadFromOptions({
    clusters: [
      {
        name,
        caFile: join(root, 'ca.crt'),
        server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
        skipTLSVerify: false,
      },
    ],
    users: [{ name, authProvider: { name: 'tokenFile', config: { tokenFile } } }],
    contexts: [{ name: IN_CLUSTER, cluster: name, user: name, namespace }],
    currentContext: IN_CLUSTER,
  });
  return true;
}

function unusable(file: string, error: unknown): AdminError {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return new AdminError('validation', `The kubeconfig ${file} cannot be used: ${reason}`, {
    code: 'BAD_KUBECONFIG',
    hint: `Check it with: kubectl --kubeconfig ${file} config view`,
    cause: error,
  });
}
