import type { NomadCore } from './core.ts';
import type { ConstraintRecord, Fate, GroupSpec, JobRecord } from './records.ts';
import type { Wire } from './wire/encode.ts';

/** A task of a job that is to be registered; everything has CircleCI's defaults. */
export interface TaskRequest {
  readonly name?: string;
  readonly driver?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | null;
  readonly meta?: Readonly<Record<string, string>> | null;
  readonly config?: Wire;
  readonly cpuMhz?: number | undefined;
  readonly memoryMb?: number | undefined;
  readonly killTimeoutMs?: number;
}

/** A task group of a job that is to be registered. */
export interface GroupRequest {
  readonly name?: string;
  readonly count?: number;
  readonly diskMb?: number;
  readonly constraints?: readonly ConstraintRecord[];
  readonly tasks?: readonly TaskRequest[];
}

/** A job that is to be registered: a batch job of one `build-agent`, unless it says otherwise. */
export interface JobRequest {
  /** `HEX24-N-build-ORG-REPO-NUM`; made up where it is left out. */
  readonly id?: string;
  readonly type?: 'batch' | 'service' | 'system';
  readonly priority?: number;
  readonly datacenters?: readonly string[];
  readonly pool?: string;
  readonly meta?: Readonly<Record<string, string>> | null;
  readonly constraints?: readonly ConstraintRecord[];
  readonly groups?: readonly GroupRequest[];
  /** For the one group of the one task, where `groups` is left out. */
  readonly cpuMhz?: number | undefined;
  readonly memoryMb?: number | undefined;
  readonly driver?: string | undefined;
  /** How long it runs; null for a build that only ends when it is told to. */
  readonly durationMs?: number | null;
  readonly exitCode?: number;
}

/** Repositories whose builds come by themselves. */
export const REPOSITORIES: readonly (readonly [string, string])[] = [
  ['circleci', 'realitycheck'],
  ['acme', 'web'],
  ['acme', 'payments-api'],
  ['acme', 'mobile-app'],
  ['initech', 'tps-reports'],
  ['globex', 'infra-live'],
];

/** Makes a job out of a request, as submitted now. */
export function createJob(
  core: Pick<NomadCore, 'context' | 'state'>,
  request: JobRequest,
  version = 0,
  agoMs = 0,
): JobRecord {
  const { random } = core.context;
  const [org, repo] = random.pick(REPOSITORIES);
  const buildNumber = random.integer(1, 99_999);
  const id = request.id ?? `${random.hex(24)}-0-build-${org}-${repo}-${buildNumber}`;
  const fate: Fate = {
    durationMs: request.durationMs ?? null,
    exitCode: request.exitCode ?? 0,
  };
  const named = /-build-(.+)-(\d+)$/.exec(id);
  const path = named === null ? null : `${named[1]?.replace('-', '/')}/${named[2]}`;
  return {
    id,
    type: request.type ?? 'batch',
    priority: request.priority ?? 50,
    datacenters: request.datacenters ?? ['default'],
    pool: request.pool ?? 'default',
    meta:
      request.meta !== undefined
        ? request.meta
        : path === null
          ? null
          : { build_url: `https://circleci.example.com/gh/${path}` },
    constraints: request.constraints ?? [],
    groups: request.groups?.map(makeGroup) ?? [soleGroup(request)],
    submittedAt: core.state.stamp(agoMs),
    version,
    fate,
    status: 'pending',
    stop: false,
    createIndex: 0,
    modifyIndex: 0,
    jobModifyIndex: 0,
    summaryIndex: 0,
    queued: {},
  };
}

const soleGroups = new Map<string, GroupSpec>();

/** A build's one group. Builds of a size share it: 50,000 of them would be a lot of memory. */
function soleGroup(request: JobRequest): GroupSpec {
  const { cpuMhz, memoryMb, driver } = request;
  const key = `${cpuMhz}/${memoryMb}/${driver}`;
  const known = soleGroups.get(key);
  if (known !== undefined) return known;
  const made = makeGroup({ tasks: [{ cpuMhz, memoryMb, driver }] });
  soleGroups.set(key, made);
  return made;
}

function makeGroup(group: GroupRequest): GroupSpec {
  return {
    name: group.name ?? 'build',
    count: group.count ?? 1,
    diskMb: group.diskMb ?? 300,
    constraints: group.constraints ?? [],
    tasks: (group.tasks ?? [{}]).map((task) => ({
      name: task.name ?? 'build-agent',
      driver: task.driver ?? 'raw_exec',
      env: task.env ?? null,
      meta: task.meta ?? null,
      config: task.config ?? { command: '/opt/circleci/build-agent', args: ['run'] },
      cpuMhz: task.cpuMhz ?? 2_000,
      memoryMb: task.memoryMb ?? 4_096,
      killTimeoutMs: task.killTimeoutMs ?? 5_000,
    })),
  };
}
