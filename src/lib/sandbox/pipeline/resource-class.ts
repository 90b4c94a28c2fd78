/** What a build asks for. */
export interface BuildSize {
  readonly cpuMhz: number;
  readonly memoryMb: number;
}

/** What CircleCI's medium asks for. */
export const MEDIUM: BuildSize = { cpuMhz: 2_000, memoryMb: 4_096 };

const CLASSES: readonly (readonly [number, string, string])[] = [
  [1, 'small', 'Docker Small'],
  [2, 'medium', 'Docker Medium'],
  [3, 'medium+', 'Docker Medium+'],
  [4, 'large', 'Docker Large'],
  [8, 'xlarge', 'Docker X-Large'],
];
/** What the operations guide's sample adds to a container's memory, in megabytes. */
const OUTER_MB = 24;

/** A build's size as the services write it. */
export interface ResourceClass {
  readonly id: string;
  /** As Clojure prints a number of CPUs: `2.0`. */
  readonly cpus: string;
  /** Megabytes, the container's surroundings included. */
  readonly ramMb: number;
  /** The whole map, as the dispatcher prints it. */
  readonly edn: string;
}

/** The resource class of a size. */
export function resourceClass({ cpuMhz, memoryMb }: BuildSize): ResourceClass {
  const cores = cpuMhz / 1_000;
  const [, name, label] = CLASSES.find(([most]) => cores <= most) ?? [
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
