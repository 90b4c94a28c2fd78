import { AdminError } from '../errors.ts';
import { globPattern } from '../glob.ts';
import type { Pod } from '../kubernetes/model.ts';
import { nearest } from '../nearest.ts';
import { workloadName } from '../pods/workload-name.ts';
import { GUIDE_SERVICES } from './guide-services.ts';
import { OTHER_SERVICES } from './other-services.ts';
import type { Service } from './service.ts';

/** What is known of the services of an installation, and which of its pods belong to which. */
export class Catalogue {
  readonly services: readonly Service[];
  /** Names of services that run outside of the cluster. */
  readonly external: ReadonlySet<string>;

  constructor(services: readonly Service[], external: Iterable<string> = []) {
    this.services = services;
    this.external = new Set(external);
  }

  /**
   * The service that a pod is part of: by the name of its workload, which tells services apart that
   * share a label (both Redis do), else by its labels. Null for pods of no known service.
   */
  serviceOf(pod: Pick<Pod, 'name' | 'owner' | 'labels'>): Service | null {
    return this.byWorkload(workloadName(pod)) ?? this.#byLabels(pod.labels);
  }

  /** The service whose workload is called so. */
  byWorkload(name: string): Service | null {
    const exact = this.services.find((service) => workloadsOf(service).includes(name));
    return exact ?? this.services.find((service) => matchesName(service, name)) ?? null;
  }

  /** The service that goes by just this name, in some version or for short; null for none. */
  named(name: string): Service | null {
    return (
      this.services.find((service) => service.name === name) ??
      this.services.find((service) => workloadsOf(service).includes(name)) ??
      this.services.find((service) => service.name === `circleci-${name}`) ??
      null
    );
  }

  /**
   * The service of this name, or of the name that its workload has in some version.
   *
   * @throws AdminError `notFound` SERVICE_NOT_FOUND
   */
  find(name: string): Service {
    const wanted = name.toLowerCase();
    const found = this.named(wanted) ?? this.byWorkload(wanted.replace(/-\d+$/, ''));
    if (found) return found;
    const names = this.services.flatMap((service) => [service.name, ...workloadsOf(service)]);
    const meant = nearest(wanted, names);
    throw new AdminError('notFound', `There is no service "${name}"`, {
      code: 'SERVICE_NOT_FOUND',
      hint: `${meant === null ? '' : `Did you mean ${meant}? `}List the services: circleci-admin services list --all`,
    });
  }

  #byLabels(labels: Pod['labels']): Service | null {
    const matching = this.services.filter((service) =>
      service.labels?.some((selector) => matchesLabels(selector, labels)),
    );
    return matching.length === 1 ? (matching[0] ?? null) : null;
  }
}

/** The catalogue of the guide and of later versions, with an installation's own services first. */
export function makeCatalogue(
  own: readonly Service[] = [],
  external: Iterable<string> = [],
): Catalogue {
  const replaced = new Set(own.map((service) => service.name));
  const known = [...GUIDE_SERVICES, ...OTHER_SERVICES].filter(({ name }) => !replaced.has(name));
  return new Catalogue([...own, ...known], external);
}

/** What the workloads of a service may be called. */
function workloadsOf(service: Service): readonly string[] {
  return service.workloads ?? [service.name];
}

function matchesName(service: Service, name: string): boolean {
  return workloadsOf(service).some((pattern) => {
    if (pattern.endsWith('-')) return name.startsWith(pattern);
    if (pattern.includes('*')) return globPattern(pattern).test(name);
    // `builds-service-v1`, as the guide's own list of pods has it.
    return name.startsWith(`${pattern}-v`) && /^\d+$/.test(name.slice(pattern.length + 2));
  });
}

function matchesLabels(selector: string, labels: Pod['labels']): boolean {
  return selector.split(',').every((term) => {
    const [key = '', value = ''] = term.split('=');
    return labels[key.trim()] === value.trim();
  });
}
