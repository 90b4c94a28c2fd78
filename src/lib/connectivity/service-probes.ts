import type { Pod } from '../kubernetes/model.ts';
import { judgePod } from '../pods/judge.ts';
import { workloadName } from '../pods/workload-name.ts';
import type { Catalogue } from '../services/catalogue.ts';
import type { PortCheck } from './probes.ts';

/** Something that a service must be able to reach. */
export interface ServiceProbe {
  readonly check: PortCheck;
  /** Null if the host is unknown. */
  readonly host: string | null;
  readonly port: number;
  /** The host is the name of a workload, which is normally also the name of its Service. */
  readonly inCluster: boolean;
  /** Why it is not checked; null if it is. */
  readonly skipped: string | null;
}

/** One pod of a service, and the probes to run in it. */
export interface ServiceProbes {
  readonly service: string;
  /** Null if no pod is ready. */
  readonly pod: string | null;
  readonly container: string | null;
  readonly probes: readonly ServiceProbe[];
}

interface Target {
  readonly check: PortCheck;
  /** The service's name in the catalogue. */
  readonly service: string;
  readonly port: number;
}

/** The ports inside the cluster (the operations guide's tables). */
const NOMAD: Target = { check: 'nomad', service: 'circleci-nomad', port: 4646 };
const DATA: readonly Target[] = [
  { check: 'rabbitmq', service: 'circleci-rabbitmq', port: 5672 },
  { check: 'postgresql', service: 'circleci-postgresql', port: 5432 },
  { check: 'mongodb', service: 'circleci-mongodb', port: 27_017 },
  { check: 'redis', service: 'circleci-redis-master', port: 6379 },
  { check: 'vault', service: 'circleci-vault', port: 8200 },
];

/** The targets that each service needs, by the catalogue's names. */
const NEEDS: readonly { readonly service: string; readonly targets: readonly Target[] }[] = [
  { service: 'frontend', targets: [NOMAD] },
  { service: 'legacy-dispatcher', targets: DATA },
  { service: 'dispatcher', targets: DATA },
  { service: 'scheduler', targets: [NOMAD, ...DATA] },
  // What else it needs is not published.
  { service: 'docker-provisioner', targets: [NOMAD] },
];

/** Returns the probes of the services that are present, for one ready pod of each. */
export function serviceProbes(
  pods: readonly Pod[],
  catalogue: Catalogue,
  github: string,
): readonly ServiceProbes[] {
  const podsOf = (service: string): readonly Pod[] =>
    pods.filter((pod) => catalogue.serviceOf(pod)?.name === service);
  return NEEDS.flatMap(({ service, targets }) => {
    const [some] = podsOf(service);
    if (!some) return [];
    const pod = podsOf(service).find((one) => judgePod(one).health === 'ready');
    return {
      service: workloadName(some),
      pod: pod?.name ?? null,
      container: pod?.containers[0]?.name ?? null,
      probes: [
        ...targets.map((target) => probeOf(target, podsOf(target.service), catalogue)),
        ...(service === 'frontend' ? [githubProbe(github)] : []),
      ],
    };
  });
}

function probeOf(
  { check, service, port }: Target,
  pods: readonly Pod[],
  catalogue: Catalogue,
): ServiceProbe {
  const [pod] = pods;
  if (pod && !catalogue.external.has(service)) {
    return { check, host: workloadName(pod), port, inCluster: true, skipped: null };
  }
  const skipped = catalogue.external.has(service)
    ? `${service} runs outside the cluster, and the profile does not say where`
    : `${service} has no pod`;
  return { check, host: null, port, inCluster: true, skipped };
}

function githubProbe(host: string): ServiceProbe {
  return { check: 'github-api', host, port: 443, inCluster: false, skipped: null };
}
