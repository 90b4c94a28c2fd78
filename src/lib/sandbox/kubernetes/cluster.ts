import type { SandboxClock } from '../clock.ts';
import type { Random } from '../random.ts';
import { Collection, Versions } from './collection.ts';
import {
  type KubeObject,
  microTimestamp,
  type ObjectMeta,
  type PodObject,
  timestamp,
} from './objects.ts';
import { apiVersion, RESOURCES, type ResourceType } from './resources.ts';

const HOUR = 3_600_000;

/** The object that an event is about. */
export interface EventSubject extends KubeObject {
  readonly metadata: ObjectMeta;
}

interface EventObject extends KubeObject {
  readonly involvedObject: { readonly uid: string; readonly [field: string]: unknown };
  readonly reason: string;
  readonly message: string;
  readonly count?: number;
  readonly lastTimestamp: string | null;
  readonly eventTime: string | null;
  readonly [field: string]: unknown;
}

/** The content of an event. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The component that reports it. */
  readonly from: string;
  /** The container that the event is about. */
  readonly container?: string;
}

/** All objects of the simulated cluster, by resource. */
export class Cluster {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly namespace: string;
  readonly pods: Collection<PodObject>;
  readonly events: Collection<EventObject>;
  readonly #collections = new Map<string, Collection>();
  /** The names of events, by their subject, reason and message. */
  readonly #said = new Map<string, string>();
  #noted = 0;

  constructor(clock: SandboxClock, random: Random, namespace: string) {
    this.clock = clock;
    this.random = random;
    this.namespace = namespace;
    const versions = new Versions(random.integer(300_000, 900_000));
    for (const type of RESOURCES) {
      this.#collections.set(`${type.group}/${type.name}`, new Collection(type, versions));
    }
    this.pods = this.#typed<PodObject>('pods');
    this.events = this.#typed<EventObject>('events');
  }

  /** Returns the objects of a resource in {@link RESOURCES}. */
  collection(group: string, name: string): Collection | undefined {
    return this.#collections.get(`${group}/${name}`);
  }

  /** Every collection. */
  collections(): Iterable<Collection> {
    return this.#collections.values();
  }

  /** Returns the metadata of a new object. */
  meta(
    name: string,
    rest: Partial<Omit<ObjectMeta, 'name' | 'uid' | 'resourceVersion'>> & { at?: number } = {},
  ): ObjectMeta {
    const { at, generateName, namespace, generation, ...others } = rest;
    return {
      name,
      ...(generateName === undefined ? {} : { generateName }),
      ...(namespace === undefined ? {} : { namespace }),
      uid: this.random.uuid(),
      resourceVersion: '0',
      ...(generation === undefined ? {} : { generation }),
      creationTimestamp: timestamp(at ?? this.clock.nowMs()),
      ...others,
    };
  }

  /** Creates an event, or increments the count of an equal one. */
  note(type: ResourceType, subject: EventSubject, note: EventNote): void {
    const now = this.clock.nowMs();
    const { metadata } = subject;
    const key = `${metadata.uid}/${note.reason}/${note.message}`;
    const same = this.events.find(metadata.namespace, this.#said.get(key) ?? '');
    if (same && same.count !== undefined) {
      this.events.update({ ...same, count: same.count + 1, lastTimestamp: timestamp(now) });
      return;
    }
    // Nanoseconds in hexadecimal, as client-go names events; the counter makes the names unique.
    const nanos = BigInt(Math.floor(now)) * 1_000_000n + BigInt(this.#noted % 1_000_000);
    const name = `${metadata.name}.${nanos.toString(16)}`;
    this.#noted += 1;
    this.#said.set(key, name);
    const scheduled = note.from === 'default-scheduler';
    const seen = { firstTimestamp: timestamp(now), lastTimestamp: timestamp(now), count: 1 };
    this.events.create({
      metadata: this.meta(name, { namespace: metadata.namespace ?? this.namespace }),
      involvedObject: {
        kind: type.kind,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        name: metadata.name,
        uid: metadata.uid,
        apiVersion: apiVersion(type),
        resourceVersion: metadata.resourceVersion,
        ...(note.container ? { fieldPath: `spec.containers{${note.container}}` } : {}),
      },
      reason: note.reason,
      message: note.message,
      source: scheduled ? {} : eventSource(note, subject),
      ...(scheduled ? { firstTimestamp: null, lastTimestamp: null } : seen),
      type: note.type,
      eventTime: scheduled ? microTimestamp(now) : null,
      ...(scheduled ? { action: 'Binding' } : {}),
      reportingComponent: scheduled ? note.from : '',
      reportingInstance: scheduled ? `${note.from}-sandbox` : '',
    });
  }

  /** Removes events older than an hour, as the API server does. */
  expireEvents(): void {
    const limit = this.clock.nowMs() - HOUR;
    for (const event of this.events.list()) {
      const seen = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
      if (Date.parse(seen) < limit) this.events.remove(event);
    }
  }

  #typed<T extends KubeObject>(name: string): Collection<T> {
    // The map is filled from RESOURCES, whose element types TypeScript cannot derive.
    return this.#collections.get(`/${name}`) as unknown as Collection<T>;
  }
}

function eventSource(note: EventNote, subject: EventSubject): Record<string, string> {
  const node = (subject.spec as { nodeName?: string } | undefined)?.nodeName;
  return note.from === 'kubelet' && node !== undefined
    ? { component: note.from, host: node }
    : { component: note.from };
}
