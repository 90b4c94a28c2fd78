import type { Pod } from '../kubernetes/model.ts';

/** What the running pods say about the server's release. */
export interface Release {
  /** Major.minor; null where the images do not tell it. */
  readonly version: string | null;
  /** What is known, in words: never a guess. */
  readonly source: string;
}

interface Trait {
  /** Name of a workload that only these releases run. */
  readonly workload: RegExp;
  readonly means: string;
}

/** Which service gives a release away: from the documentation of server 3.x and 4.x. */
const TRAITS: readonly Trait[] = [
  { workload: /^(distributor|docker-provisioner)/, means: '4.3 or later (distributor runs)' },
  { workload: /^legacy-dispatcher/, means: '3.x before March 2022 (legacy-dispatcher runs)' },
  { workload: /^dispatcher/, means: '3.x or 4.x before 4.3 (dispatcher runs)' },
];

/** A release as tags of CircleCI's own images bear it. */
const TAG =
  /(?:^|\/)circleci\/.*:v?([34]\.\d+)\.\d+(?:[-.]|$)|cciserver.*:v?([34]\.\d+)\.\d+(?:[-.]|$)/;
/** Fewer images than this may bear such a tag for another reason. */
const ENOUGH = 3;

/** Reads the release off the pods: the images' tags where they agree, else what only some run. */
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
