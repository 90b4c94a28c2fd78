/** Objects with data as keys: their values are compared, their keys are not. */
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

/** The shape of a value: for each path in it, the JSON types found there. */
export type Shape = ReadonlyMap<string, ReadonlySet<string>>;

/** Returns the shape of a JSON value. All elements of a list or map are merged. */
export function shapeOf(value: unknown): Shape {
  const shape = new Map<string, Set<string>>();
  visit(value, '$', shape);
  return shape;
}

/**
 * Returns the differences of two shapes: paths that only one has, and paths with no type in common.
 * Nothing is compared below a list or map that is empty or null on one side.
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

/** Returns whether all parents of a path are only null, or lists or maps without elements. */
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
