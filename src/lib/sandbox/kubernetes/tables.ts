import type { IncomingMessage } from 'node:http';
import type { KubeObject } from './objects.ts';
import { apiVersion, type ResourceType } from './resources.ts';
import { type Column, columnsOf } from './table-columns.ts';

/** The options of a table. */
export interface TableOptions {
  /** The current time for ages, in milliseconds since the epoch. */
  readonly now: number;
  /** `None`, `Metadata` or `Object`: how much of its object each row contains. */
  readonly include: string;
}

/** Returns whether a client prefers the table format, as kubectl does. */
export function wantsTable(http: IncomingMessage): boolean {
  const first = (http.headers.accept ?? '').split(',')[0] ?? '';
  return first.includes('as=Table') && first.includes('application/json');
}

/** Renders objects as a `Table` of meta.k8s.io/v1, with the columns of the server's printers. */
export function renderTable(
  type: ResourceType,
  items: readonly KubeObject[],
  metadata: Readonly<Record<string, unknown>>,
  options: TableOptions,
): unknown {
  const columns = columnsOf(type.name);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(definition),
    rows: items.map((object) => ({
      cells: columns.map((column) => column.cell(object, options.now)),
      ...(options.include === 'None' ? {} : { object: rowObject(type, object, options.include) }),
    })),
  };
}

function definition(column: Column): unknown {
  return {
    name: column.name,
    type: column.type ?? 'string',
    format: column.name === 'Name' ? 'name' : '',
    description: column.description ?? column.name,
    priority: column.wide ? 1 : 0,
  };
}

function rowObject(type: ResourceType, object: KubeObject, include: string): unknown {
  if (include === 'Object') {
    return { kind: type.kind, apiVersion: apiVersion(type), ...object };
  }
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: object.metadata,
  };
}
