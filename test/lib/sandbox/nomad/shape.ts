/** Objects whose keys are data: only what stands under them is compared. */
const MAPS = new Set([
  'Attributes',
  'Meta',
  'Drivers',
  'Details',
  'Tasks',
  'TaskStates',
  'TaskResources',
  'TaskLifecycles',
  'Summary',
  'NodesAvailable',
  'ClassExhausted',
  'ClassFiltered',
  'ConstraintFiltered',
  'DimensionExhausted',
  'ClassEligibility',
  'FailedTGAllocs',
  'QueuedAllocations',
  'Scores',
  'Labels',
  'Config',
]);

/** A value's shape: for every path in it, the JSON types that stand there. */
export type Shape = ReadonlyMap<string, ReadonlySet<string>>;

/** The shape of a JSON value. Elements of lists and of maps are put on top of each other. */
export function shapeOf(value: unknown): Shape {
  const shape = new Map<string, Set<string>>();
  visit(value, '$', shape);
  return shape;
}

/**
 * What two shapes differ in: paths that only one has, and paths where they have no type in
 * common. Where one list or map is empty or null there is nothing to compare below it.
 */
export function differences(
  recorded: Shape,
  made: Shape,
  ignored: RegExp | null,
): readonly string[] {
  const found: string[] = [];
  const ignores = (path: string): boolean => ignored?.test(path) ?? false;
  for (const [path, types] of recorded) {
    if (ignores(path) || isBelowNothing(path, made)) continue;
    const other = made.get(path);
    if (other === undefined) found.push(`missing ${path}: ${[...types].join('|')}`);
    else if (![...types].some((type) => other.has(type))) {
      found.push(`${path} is ${[...other].join('|')}, recorded ${[...types].join('|')}`);
    }
  }
  for (const path of made.keys()) {
    if (!recorded.has(path) && !ignores(path) && !isBelowNothing(path, recorded)) {
      found.push(`not in the recording: ${path}`);
    }
  }
  return found;
}

function visit(value: unknown, path: string, shape: Map<string, Set<string>>): void {
  const types = shape.get(path) ?? new Set();
  types.add(value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
  shape.set(path, types);
  if (Array.isArray(value)) {
    for (const element of value) visit(element, `${path}[]`, shape);
  } else if (typeof value === 'object' && value !== null) {
    const isMap = MAPS.has(path.slice(path.lastIndexOf('.') + 1));
    for (const [key, field] of Object.entries(value)) {
      visit(field, isMap ? `${path}{}` : `${path}.${key}`, shape);
    }
  }
}

/** Whether everything above a path is there only as null, or as a list or map without elements. */
function isBelowNothing(path: string, shape: Shape): boolean {
  for (
    let at = path.length;
    at > 0;
    at = Math.max(
      path.lastIndexOf('.', at - 1),
      path.lastIndexOf('[', at - 1),
      path.lastIndexOf('{', at - 1),
    )
  ) {
    const above = path.slice(0, at);
    const types = shape.get(above);
    if (types === undefined) continue;
    if (above === path) return false;
    const next = path.slice(at);
    if (next.startsWith('[]')) return !shape.has(`${above}[]`);
    if (next.startsWith('{}')) return !shape.has(`${above}{}`);
    return types.has('null') && types.size === 1;
  }
  return true;
}
