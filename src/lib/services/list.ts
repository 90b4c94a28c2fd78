import { AdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Pod } from '../kubernetes/model.ts';
import { type PodRow, podRow } from '../pods/list.ts';
import { markLostNodes } from '../pods/lost-nodes.ts';
import type { Catalogue } from './catalogue.ts';
import { contradiction } from './generation.ts';
import { judgeServices, type ServiceStatus } from './judge.ts';

/** The services of an installation. */
export interface ServiceList {
  readonly namespace: string;
  /** The server's version according to the profile; null if it is not set. */
  readonly version: string | null;
  /** Notes whether the profile's version contradicts the running services. */
  readonly notes: readonly string[];
  readonly summary: {
    readonly up: number;
    readonly outages: number;
    /** The number of outages of services that the guide calls critical. */
    readonly critical: number;
  };
  readonly services: readonly ServiceStatus[];
  /**
   * Critical and degraded services that are absent although nothing shows that this is intended.
   * They do not count as outages.
   */
  readonly notHere: readonly string[];
}

/** The context for listing services. */
export interface ServiceContext {
  readonly catalogue: Catalogue;
  readonly version: string | null;
  readonly signal: AbortSignal;
}

type Reader = Pick<KubernetesClient, 'listPods' | 'listWorkloads' | 'lostNodes' | 'target'>;

/**
 * Combines the catalogue with the cluster's state, in three list requests. Services that are absent
 * and need not be present are included only with `all`.
 *
 * @throws AdminError as the KubernetesClient
 */
export async function listServices(
  client: Reader,
  options: { readonly all: boolean },
  context: ServiceContext,
): Promise<ServiceList> {
  const { services } = await readServices(client, context);
  const outages = services.filter((service) => service.outage);
  const here = services.filter(({ workloads }) => workloads.length > 0).map(({ name }) => name);
  const wrong = contradiction(context.version, new Set(here));
  return {
    namespace: client.target.namespace,
    version: context.version,
    notes: wrong === null ? [] : [wrong],
    summary: {
      up: services.filter(({ state }) => state === 'up').length,
      outages: outages.length,
      critical: outages.filter(({ severity }) => severity === 'critical').length,
    },
    services: options.all ? services : services.filter(({ state }) => state !== 'absent'),
    notHere: services.flatMap(({ name, state, severity, why }) =>
      state === 'absent' && why !== null && severity !== 'minor' ? name : [],
    ),
  };
}

/** A service with its pods. */
export interface ServiceDetail {
  readonly service: ServiceStatus;
  readonly pods: readonly PodRow[];
  /** The services that need it and are present, with their state. */
  readonly dependents: readonly Pick<ServiceStatus, 'name' | 'state' | 'severity'>[];
}

/**
 * Returns a service by its name in any version, or by the name of its workload.
 *
 * @throws AdminError `notFound` SERVICE_NOT_FOUND; as the KubernetesClient
 */
export async function showService(
  client: Reader,
  name: string,
  context: ServiceContext & { readonly now: Date },
): Promise<ServiceDetail> {
  const { services, pods } = await readServices(client, context);
  const own = services.find((service) => service.name === name);
  const wanted = own?.name ?? context.catalogue.find(name).name;
  const service = services.find((one) => one.name === wanted);
  if (!service) {
    throw new AdminError('notFound', `There is no service "${name}"`, {
      code: 'SERVICE_NOT_FOUND',
      hint: 'List the services: circleci-admin services list --all',
    });
  }
  const named = new Set(service.pods);
  return {
    service,
    pods: pods
      .filter((pod) => named.has(pod.name))
      .map((pod) => podRow(pod, context.catalogue, context.now)),
    dependents: services
      .filter((one) => service.neededBy.includes(one.name) && one.state !== 'absent')
      .map(({ name: dependent, state, severity }) => ({ name: dependent, state, severity })),
  };
}

async function readServices(
  client: Reader,
  { catalogue, version, signal }: ServiceContext,
): Promise<{ readonly services: readonly ServiceStatus[]; readonly pods: readonly Pod[] }> {
  const [pods, workloads] = await Promise.all([
    client.listPods({ signal }).then((all) => markLostNodes(client, all, signal)),
    client.listWorkloads(signal),
  ]);
  return { services: judgeServices(catalogue, { pods, workloads, version }), pods };
}
