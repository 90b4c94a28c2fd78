type Kind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

/** Maps with data as keys: only the types of their values are compared. */
const FREE = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'data',
  'capacity',
  'allocatable',
  'requests',
]);
/** Internal fields of the recorded server that clients do not use. */
const IGNORED = new Set(['managedFields', 'finalizers']);

/** The structure of recorded documents: fields, their types, and which are always present. */
export class Shape {
  readonly #kinds = new Set<Kind>();
  readonly #fields = new Map<string, { readonly shape: Shape; seen: number }>();
  #objects = 0;
  #element: Shape | undefined;
  #mayBeEmpty = false;

  /** Learns the structure from examples. */
  static of(...examples: readonly unknown[]): Shape {
    const shape = new Shape();
    for (const example of examples) shape.learn(example);
    return shape;
  }

  learn(value: unknown, free = false): void {
    const kind = kindOf(value);
    this.#kinds.add(kind);
    if (Array.isArray(value)) {
      if (value.length === 0) this.#mayBeEmpty = true;
      for (const item of value) {
        this.#element ??= new Shape();
        this.#element.learn(item);
      }
    } else if (kind === 'object') {
      this.#objects += 1;
      for (const [name, inner] of Object.entries(Object(value))) {
        if (IGNORED.has(name)) continue;
        const key = free ? '*' : name;
        const field = this.#fields.get(key) ?? { shape: new Shape(), seen: 0 };
        field.seen += 1;
        field.shape.learn(inner, FREE.has(name));
        this.#fields.set(key, field);
      }
    }
  }

  /** Returns the differences of a document from the recorded structure; empty if there are none. */
  check(value: unknown, path = '$', free = false): string[] {
    const kind = kindOf(value);
    if (!this.#kinds.has(kind)) {
      return [`${path} is ${kind}, recorded ${[...this.#kinds].join(' or ')}`];
    }
    if (Array.isArray(value)) {
      const element = this.#element;
      if (!element) return [];
      if (value.length === 0 && !this.#mayBeEmpty) return [`${path} is empty, never so recorded`];
      return value.flatMap((item, index) => element.check(item, `${path}[${index}]`));
    }
    return kind === 'object' ? this.#checkFields(Object(value), path, free) : [];
  }

  #checkFields(value: Record<string, unknown>, path: string, free: boolean): string[] {
    const wrong: string[] = [];
    for (const [name, inner] of Object.entries(value)) {
      if (IGNORED.has(name)) continue;
      const field = this.#fields.get(free ? '*' : name);
      if (field) wrong.push(...field.shape.check(inner, `${path}.${name}`, FREE.has(name)));
      else if (!free) wrong.push(`${path}.${name} was never recorded`);
    }
    if (free) return wrong;
    for (const [name, field] of this.#fields) {
      if (field.seen === this.#objects && !(name in value)) {
        wrong.push(`${path}.${name} is missing`);
      }
    }
    return wrong;
  }
}

function kindOf(value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const kind = typeof value;
  return kind === 'boolean' || kind === 'number' || kind === 'string' ? kind : 'object';
}
