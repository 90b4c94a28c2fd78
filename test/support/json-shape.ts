/** The paths of keys in JSON documents, such as `findings[].code`, with the types that occurred. */
export type Shape = Map<string, Set<string>>;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** Adds the keys and types of one document. */
export function addShape(shape: Shape, value: unknown, path = ''): void {
  if (path !== '') {
    const types = shape.get(path) ?? new Set();
    shape.set(path, types.add(typeOf(value)));
  }
  if (Array.isArray(value)) {
    for (const item of value) addShape(shape, item, `${path}[]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      addShape(shape, inner, path === '' ? key : `${path}.${key}`);
    }
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value !== 'string') return typeof value;
  return TIME.test(value) ? 'time' : 'text';
}
