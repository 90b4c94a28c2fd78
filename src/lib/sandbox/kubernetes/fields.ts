import { isRecord } from '../../json-value.ts';
import type { KubeObject } from './objects.ts';
import type { ResourceType } from './resources.ts';

const COMMON = ['metadata.name', 'metadata.namespace'];

const BY_RESOURCE: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'source',
    'type',
  ],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  jobs: ['status.successful'],
};

/** Returns the fields supported in field selectors. */
export function selectableFields(type: ResourceType): readonly string[] {
  return [...COMMON, ...(BY_RESOURCE[type.name] ?? [])];
}

/** Returns the values of an object's selectable fields. */
export function fieldValues(type: ResourceType, object: KubeObject): Record<string, string> {
  const values: Record<string, string> = {};
  for (const field of selectableFields(type)) {
    let value: unknown = object;
    for (const part of field.split('.')) value = isRecord(value) ? value[part] : undefined;
    if (field === 'source' && isRecord(value)) value = value['component'];
    if (typeof value === 'string' || typeof value === 'number') values[field] = String(value);
  }
  return values;
}
