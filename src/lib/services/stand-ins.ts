import { joinNames } from '../join-names.ts';
import type { Pod } from '../kubernetes/model.ts';
import type { Catalogue } from './catalogue.ts';
import { generationOf } from './generation.ts';
import type { Service } from './service.ts';
import { servicesAmong } from './services-among.ts';

/** The services that run in place of one that this version of the server does not have. */
export interface StandIns {
  /** At least one name, as in the catalogue. */
  readonly services: readonly [string, ...string[]];
  /** A sentence that names them. */
  readonly text: string;
}

/**
 * Returns the services that run in place of a service without pods, if the services of 4.3 replaced
 * it, or if it replaces services of before 4.3; null if none run, or if it may come.
 */
export function standInsOf(
  service: Pick<Service, 'name' | 'replacedBy'>,
  pods: readonly Pod[],
  catalogue: Pick<Catalogue, 'replacedBy' | 'serviceOf'>,
): StandIns | null {
  const running = servicesAmong(pods, catalogue);
  const since = generationOf(running) === 'since-4.3';
  if (generationOf(running) === null || running.has(service.name)) return null;
  const others = since ? (service.replacedBy ?? []) : catalogue.replacedBy(service.name);
  const [first, ...more] = others.filter((name) => running.has(name));
  if (first === undefined) return null;
  const names = joinNames([first, ...more]);
  const version = since ? 'servers since 4.3 have' : 'servers before 4.3 have';
  return {
    services: [first, ...more],
    text: `There is no ${service.name} here: ${version} ${names} in its place`,
  };
}
