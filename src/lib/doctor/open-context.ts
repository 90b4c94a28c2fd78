import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Milliseconds } from '../clock.ts';
import { isAdminError } from '../errors.ts';
import { isFileMissing } from '../file-problem.ts';
import { proxyFor } from '../http/proxy.ts';
import { CONFIG_FILE, readConfigFile } from '../installation/config-file.ts';
import { connectKubernetes } from '../installation/connect-kubernetes.ts';
import { connectNomadOf } from '../installation/connect-nomad.ts';
import { connectServer, serverAddress, serverTls } from '../installation/connect-server.ts';
import type { InstallationOptions } from '../installation/installation.ts';
import { proxySettings } from '../installation/proxy-settings.ts';
import { readSecret } from '../installation/secret.ts';
import { resolveSettings, type Settings } from '../installation/settings.ts';
import { validateConfig } from '../installation/validate-config.ts';
import type { NomadAccess, NomadNode } from '../nomad/model.ts';
import { chooseServerPod } from '../nomad/server-pods.ts';
import { inspectHost } from '../server/certificate.ts';
import type { DoctorContext, HostUnderTest } from './context.ts';
import { type AccessTests, accessResults, testAccess, usedAccess } from './nomad-access.ts';

/**
 * Less than the time limit of a check, so that a slow access method is reported by its own check.
 */
const ACCESS_LIMIT: Milliseconds = 10_000;

/** The context of one round of checks. */
export interface OpenContext {
  readonly context: DoctorContext;
  close(): Promise<void>;
}

/** What {@link openContext} needs in addition to the options of an installation. */
export interface ContextOptions {
  readonly installation: InstallationOptions;
  readonly nodeVersion: string;
  readonly auditPath: string;
}

/** Opens the context of a round. Nothing is read or connected until a check uses it. */
export function openContext({ installation: options, ...rest }: ContextOptions): OpenContext {
  const { clock, env } = options;
  const round = new AbortController();
  const { signal } = round;
  const opened: Promise<{ close(): Promise<void> }>[] = [];
  const kept = <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    opened.push(opening);
    return opening;
  };
  const configPath = join(options.configDir, CONFIG_FILE);
  const settings = once(async () =>
    resolveSettings(options.chosen, env, await readConfigFile(configPath)),
  );
  const tokens = {
    nomad: once(async () => readToken((await settings()).nomad.token, options)),
    server: once(async () => readToken((await settings()).server.token, options)),
  };
  const connected = once(async () => kept(connectKubernetes(await settings(), options)));
  const cluster = once(async () => {
    const known = await settings();
    return connected().catch((error: unknown) => nullIfNotConfigured(error, known));
  });
  const pods = once(async () => (await connected()).listPods({ signal }));
  // The pod is looked up once for all access methods. An error here occurs again when connecting.
  const serverPod = once(async (): Promise<string> => {
    const { nomad } = await settings();
    if (nomad.podNamed) return nomad.pod;
    return chooseServerPod(await pods().catch(() => []), nomad)?.name ?? nomad.pod;
  });
  const nomadAccess = once(async (): Promise<AccessTests> => {
    const known = await withToken(await settings(), tokens.nomad);
    const present = await cluster().then((one) => one !== null, trueIfFailed);
    const tests = accessMethodsOf(known, present).map((access) => {
      const open = async () => {
        const pod = access === 'direct' ? known.nomad.pod : await serverPod();
        const own = { ...known, nomad: { ...known.nomad, access, pod } };
        return kept(connectNomadOf(own, options, connected));
      };
      const result = testAccess(access, open, { clock, limit: ACCESS_LIMIT, signal });
      // If its check is skipped, nothing awaits this promise: avoid an unhandled rejection.
      result.catch(() => undefined);
      return { access, result };
    });
    return tests;
  });
  const host = once(async (): Promise<HostUnderTest | null> => {
    const known = await settings();
    const address = serverAddress(known);
    if (address === null) return null;
    return {
      address,
      proxied: proxyFor(address.origin, proxySettings(env)) !== null,
      inspect: once(async () => inspectHost(address, await serverTls(known), signal)),
    };
  });
  return {
    context: {
      clock,
      config: {
        path: configPath,
        validate: () => validateConfig(configPath, false),
        mode: () => modeOf(configPath),
      },
      machine: { ...rest, cannotWrite },
      settings,
      token: (of) => tokens[of](),
      cluster,
      pods,
      nomadAccess,
      nomadNodes: once(async () => listNodes(await nomadAccess(), signal)),
      host,
      server: once(async () => {
        if ((await host()) === null) return null;
        const known = await settings();
        const token = await tokens.server();
        const server = { ...known.server, token: token === null ? null : { value: token } };
        return kept(connectServer({ ...known, server }, options));
      }),
    },
    close: async () => {
      round.abort(new Error('the checks are done'));
      const ended = await Promise.allSettled(opened);
      await Promise.all(
        ended.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)),
      );
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function readToken(
  token: Settings['nomad']['token'],
  options: InstallationOptions,
): Promise<string | null> {
  if (token === null) return null;
  return 'value' in token ? token.value : readSecret(token, options);
}

/** Returns the settings with the token resolved, so that a token command runs only once. */
async function withToken(
  settings: Settings,
  read: () => Promise<string | null>,
): Promise<Settings> {
  const token = await read();
  return {
    ...settings,
    nomad: { ...settings.nomad, token: token === null ? null : { value: token } },
  };
}

/** Returns the access methods that commands would try, in order. */
function accessMethodsOf(
  { nomad, kubernetes }: Settings,
  cluster: boolean,
): readonly NomadAccess[] {
  const all: readonly NomadAccess[] = ['direct', 'proxy', 'port-forward', 'exec'];
  if (nomad.access !== 'auto') return [nomad.access];
  const direct = nomad.address !== null;
  // An address without a context means an external server: the kubeconfig's current cluster may be
  // unrelated.
  const through = cluster && (!direct || kubernetes.context !== null);
  return all.filter((access) => (access === 'direct' ? direct : through));
}

/** A missing kubeconfig is not an error if the settings do not refer to a cluster. */
function nullIfNotConfigured(error: unknown, { kubernetes, nomad, host }: Settings): null {
  const configured = kubernetes.context !== null || kubernetes.kubeconfig.length > 0;
  const elsewhere = nomad.address !== null || host !== null;
  if (!configured && elsewhere && isAdminError(error) && error.code === 'NO_KUBECONFIG')
    return null;
  throw error;
}

/** A cluster that is configured but fails is still present: its own checks report the failure. */
function trueIfFailed(error: unknown): true {
  if (isAdminError(error)) return true;
  throw error;
}

async function listNodes(tests: AccessTests, signal: AbortSignal): Promise<readonly NomadNode[]> {
  const nodes: NomadNode[] = [];
  const client = usedAccess(await accessResults(tests))?.client;
  if (!client) return nodes;
  for await (const node of client.nodes({ signal })) nodes.push(node);
  return nodes;
}

async function modeOf(path: string): Promise<number | null> {
  try {
    const { mode } = await stat(path);
    // Windows has no such bits; the reported mode is meaningless.
    return constants.UV_FS_O_FILEMAP === 0 ? mode : null;
  } catch (error) {
    if (isFileMissing(error)) return null;
    throw error;
  }
}

/** Checks the nearest existing directory: missing directories could be created in it. */
async function cannotWrite(path: string): Promise<string | null> {
  try {
    await access(path, constants.W_OK);
    return null;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const parent = dirname(path);
    return code === 'ENOENT' && parent !== path ? cannotWrite(parent) : code;
  }
}
