import {
  arrayOf,
  type JsonObject,
  momentOfText,
  numberOf,
  objectOf,
  objectOrNull,
  textOf,
  textsOf,
  wordOf,
} from '../../json-value.ts';
import type {
  DrainStrategy,
  Instance,
  LastDrain,
  NodeEvent,
  NodeId,
  NomadNode,
  NomadNodeDetail,
} from '../model.ts';
import { decodeFlatResources, decodeNestedResources } from './decode-resources.ts';

const STATUSES = ['initializing', 'ready', 'down', 'disconnected'] as const;
const LAST_DRAIN_STATUSES = ['draining', 'complete', 'canceled'] as const;
const NANOSECONDS_PER_MS = 1e6;

/** Decodes a node of `/v1/nodes`; null without an ID. */
export function decodeNode(value: unknown): NomadNode | null {
  const node = objectOf(value);
  const id = textOf(node['ID']);
  if (id === null) return null;
  return {
    id: id as NodeId,
    // Messages name the client, so one without a name is called by its ID.
    name: textOf(node['Name']) ?? id,
    address: textOf(node['Address']),
    datacenter: textOf(node['Datacenter']),
    nodeClass: textOf(node['NodeClass']),
    nodePool: textOf(node['NodePool']),
    version: textOf(node['Version']),
    status: wordOf(node['Status'], STATUSES) ?? 'unknown',
    statusDescription: textOf(node['StatusDescription']),
    eligible: node['SchedulingEligibility'] === 'eligible',
    draining: node['Drain'] === true || objectOrNull(node['DrainStrategy']) !== null,
    resources:
      decodeNestedResources(node['NodeResources']) ?? decodeFlatResources(node['Resources']),
    reserved:
      decodeNestedResources(node['ReservedResources']) ?? decodeFlatResources(node['Reserved']),
  };
}

/** Decodes the node of `/v1/node/:id`; null without an ID. */
export function decodeNodeDetail(value: unknown): NomadNodeDetail | null {
  const node = decodeNode(value);
  if (node === null) return null;
  const fields = objectOf(value);
  const attributes = textsOf(fields['Attributes']);
  const httpAddress = textOf(fields['HTTPAddr']);
  return {
    ...node,
    // Only the list contains Address and Version; the detail has them under other names.
    address: node.address ?? hostOf(httpAddress),
    version: node.version ?? attributes['nomad.version'] ?? null,
    attributes,
    meta: textsOf(fields['Meta']),
    httpAddress,
    drainStrategy: decodeDrainStrategy(fields['DrainStrategy']),
    lastDrain: decodeLastDrain(fields['LastDrain']),
    events: arrayOf(fields['Events']).flatMap((event) => decodeNodeEvent(objectOrNull(event))),
    instance: decodeInstance(attributes),
  };
}

/**
 * Decodes the drain in progress. The kind is derived from the sign of `Deadline` (nanoseconds),
 * because `ForceDeadline` is the zero time both for forced drains and for drains without a
 * deadline.
 */
export function decodeDrainStrategy(value: unknown): DrainStrategy | null {
  const strategy = objectOrNull(value);
  if (!strategy) return null;
  const deadline = numberOf(strategy['Deadline']) ?? 0;
  return {
    kind: deadline > 0 ? 'deadline' : deadline < 0 ? 'force' : 'no-deadline',
    deadlineMs: deadline > 0 ? deadline / NANOSECONDS_PER_MS : null,
    forceAt: deadline > 0 ? momentOfText(strategy['ForceDeadline']) : null,
    startedAt: momentOfText(strategy['StartedAt']),
    ignoreSystemJobs: strategy['IgnoreSystemJobs'] === true,
  };
}

function decodeLastDrain(value: unknown): LastDrain | null {
  const drain = objectOf(value);
  const status = wordOf(drain['Status'], LAST_DRAIN_STATUSES);
  if (status === null) return null;
  return {
    status,
    startedAt: momentOfText(drain['StartedAt']),
    updatedAt: momentOfText(drain['UpdatedAt']),
    meta: textsOf(drain['Meta']),
  };
}

function decodeNodeEvent(event: JsonObject | null): NodeEvent[] {
  if (!event) return [];
  return [
    {
      at: momentOfText(event['Timestamp']),
      subsystem: textOf(event['Subsystem']) ?? '',
      message: textOf(event['Message']) ?? '',
      details: textsOf(event['Details']),
    },
  ];
}

/** The virtual machine that `client/fingerprint/env_aws.go` or `env_gce.go` detected. */
function decodeInstance(attributes: Readonly<Record<string, string>>): Instance | null {
  const aws = textOf(attributes['unique.platform.aws.instance-id']);
  if (aws !== null) {
    return {
      cloud: 'aws',
      id: aws,
      zone: textOf(attributes['platform.aws.placement.availability-zone']),
      type: textOf(attributes['platform.aws.instance-type']),
    };
  }
  const gcp = textOf(attributes['unique.platform.gce.id']);
  if (gcp === null) return null;
  return {
    cloud: 'gcp',
    id: gcp,
    zone: lastSegment(attributes['platform.gce.zone']),
    type: lastSegment(attributes['platform.gce.machine-type']),
  };
}

/** GCE's metadata contains zones and types as paths, such as `projects/1234/zones/us-east1-b`. */
function lastSegment(path: string | undefined): string | null {
  return textOf(path?.slice(path.lastIndexOf('/') + 1));
}

/** Returns `10.0.0.1` for `10.0.0.1:4646`, and `fd00::1` for `[fd00::1]:4646`. */
function hostOf(address: string | null): string | null {
  return address === null ? null : address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
