import { AdminError } from '../errors.ts';
import { joinNames } from '../join-names.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Pod } from '../kubernetes/model.ts';
import { nearest } from '../nearest.ts';
import type { Catalogue } from '../services/catalogue.ts';
import type { Service } from '../services/service.ts';
import { standInsOf } from '../services/stand-ins.ts';
import { typedName } from './typed-name.ts';
import { workloadName } from './workload-name.ts';

/** Selects pods. A pod must match every kind of selection that is given. */
export interface PodChoice {
  /**
   * Names of pods, services or workloads, also in the form `Deployment/frontend`; one must match.
   */
  readonly names: readonly string[];
  /** Names of services; one must match. */
  readonly services: readonly string[];
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** Returns whether a pod is selected; created by {@link podMatcher}. */
export type PodMatcher = (pod: Pod) => boolean;

/** What {@link choosePods} needs besides the selection. */
export interface ChooseOptions {
  readonly signal: AbortSignal;
  /** Whether a service without a pod is accepted, because the caller waits for its pods. */
  readonly mayCome?: boolean;
  /** The command for the hint if other services run instead; default `pods list`. */
  readonly command?: string;
}

/**
 * Returns the selected pods.
 *
 * @throws AdminError `notFound` POD_NOT_FOUND or SERVICE_NOT_FOUND for an unknown name, or
 *   PODS_NOT_FOUND for a service without a pod; as listed at KubernetesClient
 */
export async function choosePods(
  client: Pick<KubernetesClient, 'listPods' | 'target'>,
  catalogue: Catalogue,
  choice: PodChoice,
  options: ChooseOptions,
): Promise<readonly Pod[]> {
  const { signal, mayCome = false, command = 'pods list' } = options;
  const services = choice.services.map((name) => catalogue.find(name));
  const pods = await client.listPods({ ...selectorsOf(choice), signal });
  for (const name of choice.names) {
    if (pods.some((pod) => isNamed(pod, name, catalogue))) continue;
    const service = catalogue.named(typedOwnerName(name));
    const replaced = service && noPodsSince(service, pods, catalogue, command);
    if (replaced) throw replaced;
    if (service === null || service !== catalogue.named(name)) throw notFound(name, pods, client);
    if (!mayCome) throw noPods(service);
  }
  const chosen = pods.filter(podMatcher(choice, catalogue));
  for (const service of services) {
    if (chosen.some((pod) => catalogue.serviceOf(pod)?.name === service.name)) continue;
    const replaced = noPodsSince(service, pods, catalogue, command);
    if (replaced) throw replaced;
    if (!mayCome) throw noPods(service);
  }
  return chosen;
}

/** Returns the selectors, which the API server applies. */
export function selectorsOf(choice: PodChoice): {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
} {
  const { labelSelector, fieldSelector } = choice;
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

/** Returns a matcher for the names and services of a choice; it does not check the selectors. */
export function podMatcher(choice: PodChoice, catalogue: Catalogue): PodMatcher {
  const services = new Set(choice.services.map((name) => catalogue.find(name).name));
  return (pod) => {
    if (choice.names.length > 0 && !choice.names.some((name) => isNamed(pod, name, catalogue))) {
      return false;
    }
    return services.size === 0 || services.has(catalogue.serviceOf(pod)?.name ?? '');
  };
}

function isNamed(pod: Pod, name: string, catalogue: Catalogue): boolean {
  const typed = typedName(name);
  if (typed?.owner === 'Pod') return pod.name === typed.name;
  if (typed) return pod.owner?.kind === typed.owner && workloadName(pod) === typed.name;
  if (pod.name === name || workloadName(pod) === name) return true;
  const service = catalogue.named(name);
  return service !== null && catalogue.serviceOf(pod)?.name === service.name;
}

function notFound(
  name: string,
  pods: readonly Pod[],
  { target }: Pick<KubernetesClient, 'target'>,
): AdminError {
  const meant = meantBy(name, pods);
  return new AdminError(
    'notFound',
    `No pod, workload or service in ${target.namespace} is named "${name}"`,
    {
      code: 'POD_NOT_FOUND',
      hint: `${meant === null ? '' : `Did you mean ${meant}? `}List the pods: circleci-admin pods list`,
    },
  );
}

/**
 * Returns the most similar name, or else up to three workloads whose names contain the given one,
 * as stern would select them; null if there are none.
 */
function meantBy(name: string, pods: readonly Pod[]): string | null {
  const workloads = new Set(pods.map((pod) => workloadName(pod)));
  const similar = nearest(name, new Set([...pods.map((pod) => pod.name), ...workloads]));
  if (similar !== null) return similar;
  const part = name.replaceAll('*', '').toLowerCase();
  const containing = [...workloads].filter((one) => part !== '' && one.includes(part)).sort();
  return containing.length === 0 ? null : joinNames(containing.slice(0, 3), 'or');
}

/** Returns the error for a selection without any pod: `notFound` PODS_NOT_FOUND. */
export function noneChosen(): AdminError {
  return new AdminError('notFound', 'No pod matches the selection', {
    code: 'PODS_NOT_FOUND',
    hint: 'List the pods: circleci-admin pods list',
  });
}

/** Returns the name of a workload without its kind; a pod's name is left as it is. */
function typedOwnerName(name: string): string {
  const typed = typedName(name);
  return typed === null || typed.owner === 'Pod' ? name : typed.name;
}

/** Returns the error for a service in whose place others run; null if there are none. */
function noPodsSince(
  service: Service,
  pods: readonly Pod[],
  catalogue: Catalogue,
  command: string,
): AdminError | null {
  const standIns = standInsOf(service, pods, catalogue);
  if (standIns === null) return null;
  const commands = standIns.services.map((name) => `circleci-admin ${command} ${name}`);
  return new AdminError('notFound', standIns.text, {
    code: 'PODS_NOT_FOUND',
    hint: `Run instead: ${joinNames(commands, 'or')}`,
  });
}

function noPods(service: Service): AdminError {
  return new AdminError('notFound', `The service ${service.name} has no matching pod`, {
    code: 'PODS_NOT_FOUND',
    hint: `To see its state: circleci-admin services show ${service.name}`,
  });
}
