import { AdminError } from '../errors.ts';
import { globPattern } from '../glob.ts';
import type { Pod } from '../kubernetes/model.ts';
import { nearest } from '../nearest.ts';
import { workloadName } from '../pods/workload-name.ts';
import { GUIDE_SERVICES } from './guide-services.ts';
import { OTHER_SERVICES } from './other-services.ts';
import type { Service } from './service.ts';

/** The known services of an installation, and the assignment of pods to them. */
export class Catalogue {
  readonly services: readonly Service[];
  /** The names of services that run outside the cluster. */
  readonly external: ReadonlySet<string>;

  constructor(services: readonly Service[], external: Iterable<string> = []) {
    this.services = services;
    this.external = new Set(external);
  }

  /**
   * Returns the service of a pod: by the name of its workload, which also distinguishes services
   * with a shared label (as both Redis have), else by its labels. Null for pods of unknown
   * services.
   */
  serviceOf(pod: Pick<Pod, 'name' | 'owner' | 'labels'>): Service | null {
    return this.byWorkload(workloadName(pod)) ?? this.#byLabels(pod.labels);
  }

  /** Returns the service with a workload of this name. */
  byWorkload(name: string): Service | null {
    const exact = this.services.find((service) => workloadsOf(service).includes(name));
    return exact ?? this.services.find((service) => matchesName(service, name)) ?? null;
  }

  /**
   * Returns the service with exactly this name, in any version or abbreviated; null if there is
   * none.
   */
  named(name: string): Service | null {
    return (
      this.services.find((service) => service.name === name) ??
      this.services.find((service) => workloadsOf(service).includes(name)) ??
      this.services.find((service) => service.name === `circleci-${name}`) ??
      null
    );
  }

  /**
   * Returns the service with this name, or with this workload name in any version.
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

  /** Returns the names of the services of earlier versions that a service replaces. */
  replacedBy(name: string): readonly string[] {
    return this.services.filter((one) => one.replacedBy?.includes(name)).map((one) => one.name);
  }

  #byLabels(labels: Pod['labels']): Service | null {
    const matching = this.services.filter((service) =>
      service.labels?.some((selector) => matchesLabels(selector, labels)),
    );
    return matching.length === 1 ? (matching[0] ?? null) : null;
  }
}

/**
 * Creates the catalogue from the guide's and later versions' services. `own` services come first
 * and replace others of the same name.
 */
export function makeCatalogue(
  own: readonly Service[] = [],
  external: Iterable<string> = [],
): Catalogue {
  const replaced = new Set(own.map((service) => service.name));
  const known = [...GUIDE_SERVICES, ...OTHER_SERVICES].filter(({ name }) => !replaced.has(name));
  return new Catalogue([...own, ...known], external);
}

/** Returns the workload names or patterns of a service. */
function workloadsOf(service: Service): readonly string[] {
  return service.workloads ?? [service.name];
}

function matchesName(service: Service, name: string): boolean {
  return workloadsOf(service).some((pattern) => {
    if (pattern.endsWith('-')) return name.startsWith(pattern);
    if (pattern.includes('*')) return globPattern(pattern).test(name);
    // Such as `builds-service-v1` in the guide's list of pods.
    return name.startsWith(`${pattern}-v`) && /^\d+$/.test(name.slice(pattern.length + 2));
  });
}

function matchesLabels(selector: string, labels: Pod['labels']): boolean {
  return selector.split(',').every((term) => {
    const [key = '', value = ''] = term.split('=');
    return labels[key.trim()] === value.trim();
  });
}
