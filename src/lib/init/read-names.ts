import { isAdminError } from '../errors.ts';
import type { Pod } from '../kubernetes/model.ts';
import type { DiscoveryCluster, Finding } from './discover.ts';

/** The host names of an installation. */
export interface InstallationNames {
  readonly host: Finding<string>;
  readonly baseDomain: Finding<string>;
}

/** Number of log lines to search. Each build logs a few of the relevant ones. */
const TAIL_LINES = 500;
/** The `build_url` of a job that is submitted to Nomad. */
const BUILD_URL = /build[_-]url["'\s:=]+https?:\/\/([A-Za-z0-9.-]+(?::\d+)?)\//g;
/**
 * Where build agents send their output: `output.BASENAME.circleci.internal:8585` (operations
 * guide).
 */
const OUTPUT_HOST = /\boutput\.([A-Za-z0-9.-]+\.circleci\.internal)\b/g;

/**
 * Finds the host in the Ingresses, or else in schedulerer's log; finds the base domain in the log.
 */
export async function readNames(
  cluster: Pick<DiscoveryCluster, 'ingressHosts' | 'podLogs'>,
  pods: readonly Pod[],
): Promise<InstallationNames> {
  const [ingresses, log] = await Promise.all([
    cluster.ingressHosts(),
    schedulererLog(cluster, pods),
  ]);
  const logged = uniqueValue(log === null ? null : matches(log, BUILD_URL));
  const served = uniqueValue(ingresses === null ? null : withoutApp(ingresses));
  return {
    host:
      served.value === null ? logged.foundIn("schedulerer's log") : served.foundIn('its Ingresses'),
    baseDomain: uniqueValue(log === null ? null : matches(log, OUTPUT_HOST)).foundIn(
      "schedulerer's log",
    ),
  };
}

interface UniqueValue {
  readonly value: string | null;
  foundIn(place: string): Finding<string>;
}

/** Accepts a value only if it is unique. */
function uniqueValue(values: readonly string[] | null): UniqueValue {
  const [first, ...more] = values ?? [];
  const value = first !== undefined && more.length === 0 ? first : null;
  return {
    value,
    foundIn: (place) => {
      if (value !== null) return { value, source: place };
      if (values === null) return { value, source: `${place} cannot be read, or does not exist` };
      const several = values.length > 1 ? `more than one in ${place}: ${values.join(', ')}` : null;
      return { value, source: several ?? `not found in ${place}` };
    },
  };
}

/** Server 4.x serves DOMAIN and app.DOMAIN; the former is the host. */
function withoutApp(hosts: readonly string[]): readonly string[] {
  return hosts.filter((host) => !hosts.some((other) => host === `app.${other}`));
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
}

/** Null if there is no such pod, or if its log cannot be read. */
async function schedulererLog(
  cluster: Pick<DiscoveryCluster, 'podLogs'>,
  pods: readonly Pod[],
): Promise<string | null> {
  const pod = pods.find(({ name, labels, phase }) => {
    const isIt = labels['app'] === 'schedulerer' || name.startsWith('schedulerer-');
    return isIt && phase === 'Running';
  });
  if (!pod) return null;
  const [container] = pod.containers;
  const chunks: Uint8Array[] = [];
  try {
    const request = {
      pod: pod.name,
      tailLines: TAIL_LINES,
      ...(container ? { container: container.name } : {}),
    };
    for await (const chunk of cluster.podLogs(request)) chunks.push(chunk);
  } catch (error) {
    // Without the log, fewer values are found; the rest of the proposal is still valid.
    if (isAdminError(error)) return null;
    throw error;
  }
  return Buffer.concat(chunks).toString('utf8');
}
