/** The resources that a build requests. */
export interface BuildSize {
  readonly cpuMhz: number;
  readonly memoryMb: number;
}

/** The resources of CircleCI's medium class. */
export const MEDIUM: BuildSize = { cpuMhz: 2_000, memoryMb: 4_096 };

const CLASSES: readonly (readonly [number, string, string])[] = [
  [1, 'small', 'Docker Small'],
  [2, 'medium', 'Docker Medium'],
  [3, 'medium+', 'Docker Medium+'],
  [4, 'large', 'Docker Large'],
  [8, 'xlarge', 'Docker X-Large'],
];
/** The memory added to a container in the operations guide's sample, in megabytes. */
const OUTER_MB = 24;

/** The size of a build as the services log it. */
export interface ResourceClass {
  readonly id: string;
  /** The number of CPUs as Clojure prints it: `2.0`. */
  readonly cpus: string;
  /** In megabytes, including the overhead of the container. */
  readonly ramMb: number;
  /** The whole map, as the dispatcher logs it. */
  readonly edn: string;
}

/** Returns the resource class of a size. */
export function resourceClass({ cpuMhz, memoryMb }: BuildSize): ResourceClass {
  const cores = cpuMhz / 1_000;
  const [, name, label] = CLASSES.find(([maxCores]) => cores <= maxCores) ?? [
    0,
    '2xlarge',
    'Docker 2X-Large',
  ];
  const cpus = Number.isInteger(cores) ? `${cores}.0` : String(cores);
  const ramMb = memoryMb + OUTER_MB;
  const ui = `{:cpu ${cpus}, :ram ${memoryMb}, :class :${name}, :name "${label}"}`;
  return {
    id: `d1.${name}`,
    cpus,
    ramMb,
    edn: `{:id "d1.${name}", :availability :general, :ui ${ui}, :outer {:cpu ${cpus}, :ram ${ramMb}}}`,
  };
}
