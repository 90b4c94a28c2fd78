import type { Pod } from '../kubernetes/model.ts';

/** The server version according to the running pods. */
export interface Release {
  /** Major.minor; null if the images do not show it. */
  readonly version: string | null;
  /** What is known about the version, for display; never a guess. */
  readonly source: string;
}

interface Trait {
  /** Name prefix of a workload that only these versions run. */
  readonly workload: RegExp;
  readonly means: string;
}

/** Workloads that identify a version, from the documentation of server 3.x and 4.x. */
const TRAITS: readonly Trait[] = [
  { workload: /^docker-provisioner/, means: '4.3 or later (docker-provisioner runs)' },
  { workload: /^legacy-dispatcher/, means: '3.x before March 2022 (legacy-dispatcher runs)' },
  { workload: /^dispatcher/, means: '3.x or 4.x before 4.3 (dispatcher runs)' },
  // Added within 3.x, beside the dispatchers.
  { workload: /^distributor/, means: 'a late 3.x or 4.x (distributor runs)' },
];

/** The version in the tags of CircleCI's own images. */
const TAG =
  /(?:^|\/)circleci\/.*:v?([34]\.\d+)\.\d+(?:[-.]|$)|cciserver.*:v?([34]\.\d+)\.\d+(?:[-.]|$)/;
/** With fewer matching tags, the agreement may be a coincidence. */
const ENOUGH = 3;

/** Determines the version from the image tags if they agree; else narrows it down by workloads. */
export function readRelease(pods: readonly Pick<Pod, 'name' | 'containers'>[]): Release {
  const tags = pods.flatMap(({ containers }) =>
    containers.flatMap(({ image }) => {
      const match = TAG.exec(image ?? '');
      return match?.[1] ?? match?.[2] ?? [];
    }),
  );
  const [first] = tags;
  if (first !== undefined && tags.length >= ENOUGH && tags.every((tag) => tag === first)) {
    return { version: first, source: `tags of ${tags.length} images` };
  }
  const trait = TRAITS.find(({ workload }) => pods.some(({ name }) => workload.test(name)));
  return {
    version: null,
    source: trait
      ? `it is ${trait.means}; the image tags do not show which`
      : 'the pods do not show it',
  };
}
