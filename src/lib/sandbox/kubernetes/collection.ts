import { alreadyExists, notFound } from './api-error.ts';
import type { KubeObject } from './objects.ts';
import type { ResourceType } from './resources.ts';

/** A change of an object, as delivered to watches. */
export interface Change<T extends KubeObject = KubeObject> {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  /**
   * The object before the change, for watches with a selector that it begins or ceases to match.
   */
  readonly previous: T | undefined;
}

/** The counter of resource versions, shared by the whole cluster. */
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

/** The number of changes kept for watches; watches from an older version get 410. */
const KEPT_CHANGES = 2_000;

/** All objects of a resource, with the history that watches need. Objects are immutable. */
export class Collection<T extends KubeObject = KubeObject> {
  readonly type: ResourceType;
  readonly #versions: Versions;
  readonly #objects = new Map<string, T>();
  /** Indexed by the owner's uid, because controllers look them up at every change. */
  readonly #owned = new Map<string, Map<string, T>>();
  readonly #listeners = new Set<(change: Change<T>) => void>();
  readonly #unannounced: Change<T>[] = [];
  #history: Change<T>[] = [];
  #forgottenUpTo = 0;

  constructor(type: ResourceType, versions: Versions) {
    this.type = type;
    this.#versions = versions;
  }

  /** The current resource version of the cluster. */
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

  /** Returns all objects, or those of a namespace, sorted by key. */
  list(namespace?: string): T[] {
    const found: [string, T][] = [];
    for (const [at, object] of this.#objects) {
      if (namespace === undefined || object.metadata.namespace === namespace) {
        found.push([at, object]);
      }
    }
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** Returns the objects owned by an object, sorted by key. */
  ownedBy(owner: KubeObject): T[] {
    const owned = [...(this.#owned.get(owner.metadata.uid) ?? [])];
    return owned.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** @throws ApiError 409 if the name exists */
  create(object: T): T {
    const at = key(object.metadata.namespace, object.metadata.name);
    if (this.#objects.has(at)) throw alreadyExists(this.#subject(), object.metadata.name);
    return this.#record('ADDED', at, object, undefined);
  }

  /** Replaces an object; does nothing if it no longer exists. */
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

  /** Returns the changes after a version; undefined if some are no longer kept. */
  since(version: number): readonly Change<T>[] | undefined {
    if (version < this.#forgottenUpTo) return undefined;
    return this.#history.filter((change) => change.version > version);
  }

  /** Discards the history, as an API server does on compaction. */
  compact(): void {
    this.#history = [];
    this.#forgottenUpTo = this.#versions.current;
  }

  /** Calls `listener` at every change. Returns a function that removes the listener. */
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
    if (this.#history.length > KEPT_CHANGES) {
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

  /** Notifies all listeners of one change before the next, even if a listener makes that one. */
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
