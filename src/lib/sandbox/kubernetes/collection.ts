import { alreadyExists, notFound } from './api-error.ts';
import type { KubeObject } from './objects.ts';
import type { ResourceType } from './resources.ts';

/** One change of one object, as a watch sees it. */
export interface Change<T extends KubeObject = KubeObject> {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  /** What it was before, so that a watch with a selector can tell that it left or came. */
  readonly previous: T | undefined;
}

/** The cluster's one counter of resource versions. */
export class Versions {
  #current: number;

  constructor(start: number) {
    this.#current = start;
  }

  get current(): number {
    return this.#current;
  }

  next(): number {
    this.#current += 1;
    return this.#current;
  }
}

/** How many changes a watch can go back before it is told 410. */
const REMEMBERED = 2_000;

/** All objects of one resource, with the history that watches need. Objects are never mutated. */
export class Collection<T extends KubeObject = KubeObject> {
  readonly type: ResourceType;
  readonly #versions: Versions;
  readonly #objects = new Map<string, T>();
  /** By the uid of the owner: controllers ask for these at every change. */
  readonly #owned = new Map<string, Map<string, T>>();
  readonly #listeners = new Set<(change: Change<T>) => void>();
  readonly #unannounced: Change<T>[] = [];
  #history: Change<T>[] = [];
  #forgottenUpTo = 0;

  constructor(type: ResourceType, versions: Versions) {
    this.type = type;
    this.#versions = versions;
  }

  /** The version that the whole cluster stands at. */
  get version(): number {
    return this.#versions.current;
  }

  find(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(key(namespace, name));
  }

  /** @throws ApiError 404 */
  get(namespace: string | undefined, name: string): T {
    const found = this.find(namespace, name);
    if (!found) throw notFound(this.#subject(), name);
    return found;
  }

  /** All objects, or those of a namespace, in the order of their keys. */
  list(namespace?: string): T[] {
    const found: [string, T][] = [];
    for (const [at, object] of this.#objects) {
      if (namespace === undefined || object.metadata.namespace === namespace) {
        found.push([at, object]);
      }
    }
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** The objects that an object owns, in the order of their keys. */
  ownedBy(owner: KubeObject): T[] {
    const owned = [...(this.#owned.get(owner.metadata.uid) ?? [])];
    return owned.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** @throws ApiError 409 when there is one of that name */
  create(object: T): T {
    const at = key(object.metadata.namespace, object.metadata.name);
    if (this.#objects.has(at)) throw alreadyExists(this.#subject(), object.metadata.name);
    return this.#record('ADDED', at, object, undefined);
  }

  /** Replaces an object; nothing happens when it is gone. */
  update(object: T): T {
    const at = key(object.metadata.namespace, object.metadata.name);
    const previous = this.#objects.get(at);
    if (!previous || previous.metadata.uid !== object.metadata.uid) return object;
    return this.#record('MODIFIED', at, object, previous);
  }

  remove(object: T): void {
    const at = key(object.metadata.namespace, object.metadata.name);
    const previous = this.#objects.get(at);
    if (previous?.metadata.uid !== object.metadata.uid) return;
    this.#record('DELETED', at, previous, previous);
  }

  /** Changes after a version; undefined when some of them are forgotten. */
  since(version: number): readonly Change<T>[] | undefined {
    if (version < this.#forgottenUpTo) return undefined;
    return this.#history.filter((change) => change.version > version);
  }

  /** Forgets the history, as an API server does when it compacts. */
  compact(): void {
    this.#history = [];
    this.#forgottenUpTo = this.#versions.current;
  }

  /** Calls back at every change, until what it returns is called. */
  subscribe(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #record(type: Change['type'], at: string, object: T, previous: T | undefined): T {
    const version = this.#versions.next();
    const stored: T = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version) },
    };
    this.#store(type, at, stored);
    const change: Change<T> = { version, type, object: stored, previous };
    this.#history.push(change);
    if (this.#history.length > REMEMBERED) {
      this.#forgottenUpTo = this.#history.shift()?.version ?? this.#forgottenUpTo;
    }
    this.#announce(change);
    return stored;
  }

  #store(type: Change['type'], at: string, object: T): void {
    if (type === 'DELETED') this.#objects.delete(at);
    else this.#objects.set(at, object);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(uid) ?? new Map<string, T>();
      if (type === 'DELETED') owned.delete(at);
      else owned.set(at, object);
      if (owned.size === 0) this.#owned.delete(uid);
      else this.#owned.set(uid, owned);
    }
  }

  /** Tells every listener of one change before any hears of the next, which a listener may make. */
  #announce(change: Change<T>): void {
    this.#unannounced.push(change);
    if (this.#unannounced.length > 1) return;
    for (let next = this.#unannounced[0]; next; next = this.#unannounced[0]) {
      for (const listener of [...this.#listeners]) listener(next);
      this.#unannounced.shift();
    }
  }

  #subject(): { group: string; resource: string } {
    return { group: this.type.group, resource: this.type.name };
  }
}

function key(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
