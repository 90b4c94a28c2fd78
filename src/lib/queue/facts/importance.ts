import { makeCatalogue } from '../../services/catalogue.ts';
import type { Service } from '../../services/service.ts';
import type { PodFact } from '../snapshot/snapshot.ts';

/** How much builds depend on a service. */
export type Importance =
  /** Every build passes through it. */
  | 'pipeline'
  /** The pipeline needs it, or no build starts without it. */
  | 'needed'
  /** Some builds or parts of the product need it. */
  | 'other'
  /** Builds do not need it. */
  | 'minor';

const SERVICES: ReadonlyMap<string, Service> = new Map(
  makeCatalogue().services.map((service) => [service.name, service]),
);

/** No build starts without these, although no stage needs them (the guide's table of services). */
const START_BUILDS: ReadonlySet<string> = new Set([
  'frontend',
  'api-service',
  'builds-service',
  'domain-service',
  'permissions-service',
  'workflows-conductor',
]);

/** The databases and the message queue. */
export const DATA_SERVICES: ReadonlySet<string> = new Set([
  'circleci-mongodb',
  'circleci-postgresql',
  'circleci-rabbitmq',
  'circleci-redis-master',
  'circleci-vault',
]);

/** The service of the Nomad server's pod. */
export const NOMAD_SERVICE = 'circleci-nomad';

/** Returns how much builds depend on the service of a pod. */
export function importanceOf({ service, stage }: Pick<PodFact, 'service' | 'stage'>): Importance {
  if (stage !== null) return 'pipeline';
  if (service === null) return 'other';
  if (service === NOMAD_SERVICE || START_BUILDS.has(service) || DATA_SERVICES.has(service)) {
    return 'needed';
  }
  return SERVICES.get(service)?.severity === 'minor' ? 'minor' : 'other';
}

/**
 * Returns the impact of an outage of a service according to the operations guide; null if unknown.
 */
export function impactOf(service: string | null): string | null {
  return service === null ? null : (SERVICES.get(service)?.impact ?? null);
}

/** Returns whether a service needs another one, directly or indirectly. */
export function needs(service: string, other: string): boolean {
  const seen = new Set<string>();
  const open = [other];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const dependents = SERVICES.get(name)?.neededBy ?? [];
    if (dependents.includes(service)) return true;
    open.push(...dependents);
  }
  return false;
}
