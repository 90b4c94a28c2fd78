import type { ConstraintRecord, GroupSpec, JobRecord, TaskSpec } from '../records.ts';
import type { NomadState } from '../state.ts';
import type { Dialect } from '../version.ts';
import type { Wire, WireObject } from './encode.ts';

const DAY = 86_400_000_000_000;

/** Returns a job in the field order of its Go struct (nomad/structs/structs.go, Job). */
export function jobObject(job: JobRecord, dialect: Dialect): WireObject {
  return {
    Stop: job.stop,
    Region: 'global',
    Namespace: 'default',
    ID: job.id,
    ParentID: '',
    Name: job.id,
    Type: job.type,
    Priority: job.priority,
    AllAtOnce: false,
    Datacenters: job.datacenters,
    ...(dialect.since('1.6') ? { NodePool: job.pool } : {}),
    Constraints: constraints(job.constraints),
    Affinities: null,
    Spreads: null,
    TaskGroups: job.groups.map((group) => groupObject(group, job, dialect)),
    Update: {
      Stagger: 0,
      MaxParallel: 0,
      HealthCheck: '',
      MinHealthyTime: 0,
      HealthyDeadline: 0,
      ProgressDeadline: 0,
      AutoRevert: false,
      AutoPromote: false,
      Canary: 0,
    },
    Multiregion: null,
    Periodic: null,
    ParameterizedJob: null,
    Dispatched: false,
    Payload: null,
    Meta: job.meta,
    ConsulToken: '',
    VaultToken: '',
    VaultNamespace: '',
    NomadTokenID: '',
    Status: job.status,
    StatusDescription: '',
    Stable: false,
    Version: job.version,
    SubmitTime: job.submittedAt,
    CreateIndex: job.createIndex,
    ModifyIndex: job.modifyIndex,
    JobModifyIndex: job.jobModifyIndex,
  };
}

/** Returns the copy of a job that allocations contain: as it was at their placement. */
export function jobAsPlaced(job: JobRecord, dialect: Dialect): WireObject {
  return jobObject(
    { ...job, stop: false, status: 'pending', modifyIndex: job.jobModifyIndex },
    dialect,
  );
}

/** Returns a stub for the list of jobs (structs.JobListStub). */
export function jobStub(job: JobRecord, state: NomadState, dialect: Dialect): WireObject {
  return {
    ID: job.id,
    ParentID: '',
    Name: job.id,
    ...(dialect.since('1.1') ? { Namespace: 'default' } : {}),
    Datacenters: job.datacenters,
    ...(dialect.since('1.6') ? { NodePool: job.pool } : {}),
    Multiregion: null,
    Type: job.type,
    Priority: job.priority,
    Periodic: false,
    ParameterizedJob: false,
    Stop: job.stop,
    Status: job.status,
    StatusDescription: '',
    JobSummary: jobSummary(job, state, dialect),
    CreateIndex: job.createIndex,
    ModifyIndex: job.modifyIndex,
    JobModifyIndex: job.jobModifyIndex,
    SubmitTime: job.submittedAt,
  };
}

/** Returns the number of allocations per state, for each group of a job. */
export function summaryOf(
  job: JobRecord,
  state: NomadState,
): Readonly<Record<string, Readonly<Record<SummaryState, number>>>> {
  const summary = Object.fromEntries(
    job.groups.map((group) => [
      group.name,
      {
        Queued: job.queued[group.name] ?? 0,
        Complete: 0,
        Failed: 0,
        Running: 0,
        Starting: 0,
        Lost: 0,
        Unknown: 0,
      },
    ]),
  );
  for (const allocation of state.allocationsOfJob(job.id)) {
    const counts = summary[allocation.group.name];
    if (counts !== undefined) counts[SUMMARY_STATES[allocation.client]] += 1;
  }
  return summary;
}

type SummaryState = 'Queued' | 'Complete' | 'Failed' | 'Running' | 'Starting' | 'Lost' | 'Unknown';

const SUMMARY_STATES = {
  pending: 'Starting',
  running: 'Running',
  complete: 'Complete',
  failed: 'Failed',
  lost: 'Lost',
  unknown: 'Unknown',
} as const;

/** Returns the summary of a job (structs.JobSummary). */
export function jobSummary(job: JobRecord, state: NomadState, dialect: Dialect): WireObject {
  const groups = Object.entries(summaryOf(job, state)).map(([name, counts]) => {
    const { Unknown, ...known } = counts;
    return [name, dialect.since('1.3') ? { ...known, Unknown } : known] as const;
  });
  return {
    JobID: job.id,
    Namespace: 'default',
    Summary: Object.fromEntries(groups),
    Children: { Pending: 0, Running: 0, Dead: 0 },
    CreateIndex: job.createIndex,
    ModifyIndex: job.summaryIndex,
  };
}

/**
 * Returns resources in the format from before Nomad 0.9, which is still sent beside the newer one.
 */
export function legacyResources(
  cpuMhz: number,
  memoryMb: number,
  diskMb: number,
  dialect: Dialect,
): WireObject {
  return {
    CPU: cpuMhz,
    ...(dialect.since('1.1') ? { Cores: 0 } : {}),
    MemoryMB: memoryMb,
    ...(dialect.since('1.1') ? { MemoryMaxMB: 0 } : {}),
    DiskMB: diskMb,
    IOPS: 0,
    Networks: null,
    Devices: null,
  };
}

function groupObject(group: GroupSpec, job: JobRecord, dialect: Dialect): WireObject {
  return {
    Name: group.name,
    Count: group.count,
    Update: null,
    Migrate: null,
    Constraints: constraints(group.constraints),
    Scaling: null,
    RestartPolicy: restartPolicy(),
    Tasks: group.tasks.map((task) => taskObject(task, dialect)),
    EphemeralDisk: { Sticky: false, SizeMB: group.diskMb, Migrate: false },
    Meta: null,
    ReschedulePolicy: {
      Attempts: 0,
      Interval: DAY,
      Delay: 5_000_000_000,
      DelayFunction: 'constant',
      MaxDelay: 0,
      Unlimited: job.type === 'service',
    },
    Affinities: null,
    Spreads: null,
    Networks: null,
    Services: null,
    Volumes: null,
    ShutdownDelay: null,
    StopAfterClientDisconnect: null,
    ...(dialect.since('1.3') ? { MaxClientDisconnect: null } : {}),
  };
}

function taskObject(task: TaskSpec, dialect: Dialect): WireObject {
  return {
    Name: task.name,
    Driver: task.driver,
    User: '',
    Config: task.config,
    Env: task.env,
    Services: null,
    Vault: null,
    Templates: null,
    Constraints: null,
    Affinities: null,
    Resources: legacyResources(task.cpuMhz, task.memoryMb, 0, dialect),
    RestartPolicy: restartPolicy(),
    DispatchPayload: null,
    Lifecycle: null,
    Meta: task.meta,
    KillTimeout: task.killTimeoutMs * 1_000_000,
    LogConfig: { MaxFiles: 10, MaxFileSizeMB: 10 },
    Artifacts: null,
    Leader: false,
    ShutdownDelay: 0,
    VolumeMounts: null,
    ScalingPolicies: null,
    KillSignal: '',
    Kind: '',
    CSIPluginConfig: null,
  };
}

function restartPolicy(): WireObject {
  return { Attempts: 0, Interval: DAY, Delay: 15_000_000_000, Mode: 'fail' };
}

function constraints(list: readonly ConstraintRecord[]): Wire {
  if (list.length === 0) return null;
  return list.map(({ left, operand, right }) => ({
    LTarget: left,
    RTarget: right,
    Operand: operand,
  }));
}
