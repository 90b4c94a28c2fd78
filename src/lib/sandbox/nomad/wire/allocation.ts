import type {
  AllocationRecord,
  GroupSpec,
  PlacementMetrics,
  TaskEventRecord,
  TaskRecord,
} from '../records.ts';
import type { Dialect } from '../version.ts';
import { encode, GoTime, omitEmpty, type Wire, type WireObject } from './encode.ts';
import { jobAsPlaced, legacyResources } from './job.ts';

/** The optional parts of an allocation stub. */
export interface StubForm {
  readonly taskStates: boolean;
  readonly resources: boolean;
}

/**
 * Returns a full allocation in the field order of its Go struct (nomad/structs/structs.go,
 * Allocation).
 */
export function allocationObject(allocation: AllocationRecord, dialect: Dialect): WireObject {
  const { group, job } = allocation;
  const cpu = group.tasks.reduce((sum, task) => sum + task.cpuMhz, 0);
  const memory = group.tasks.reduce((sum, task) => sum + task.memoryMb, 0);
  return {
    ID: allocation.id,
    Namespace: 'default',
    EvalID: allocation.evalId,
    Name: allocation.name,
    NodeID: allocation.nodeId,
    NodeName: allocation.nodeName,
    JobID: job.id,
    Job: jobAsPlaced(job, dialect),
    TaskGroup: group.name,
    Resources: legacyResources(cpu, memory, group.diskMb, dialect),
    SharedResources: legacyResources(0, 0, group.diskMb, dialect),
    TaskResources: Object.fromEntries(
      group.tasks.map((task) => [
        task.name,
        legacyResources(task.cpuMhz, task.memoryMb, 0, dialect),
      ]),
    ),
    AllocatedResources: allocatedResources(group, dialect),
    Metrics: metricsObject(allocation.metrics, dialect),
    DesiredStatus: allocation.desired,
    DesiredDescription: allocation.desiredDescription,
    DesiredTransition: transition(allocation),
    ClientStatus: allocation.client,
    ClientDescription: allocation.clientDescription,
    TaskStates: taskStates(allocation.tasks),
    AllocStates: null,
    PreviousAllocation: allocation.previous,
    NextAllocation: allocation.next,
    DeploymentID: '',
    DeploymentStatus: null,
    RescheduleTracker: null,
    NetworkStatus: allocation.tasks === null ? null : { InterfaceName: '', Address: '', DNS: null },
    FollowupEvalID: '',
    PreemptedAllocations: null,
    PreemptedByAllocation: '',
    CreateIndex: allocation.createIndex,
    ModifyIndex: allocation.modifyIndex,
    AllocModifyIndex: allocation.allocModifyIndex,
    CreateTime: allocation.createdAt,
    ModifyTime: allocation.modifiedAt,
  };
}

/** Returns a full allocation as JSON, without empty fields. */
export function allocationJson(allocation: AllocationRecord, dialect: Dialect): string {
  const { DesiredTransition, ...rest } = allocationObject(allocation, dialect);
  const wished: WireObject = allocation.migrate
    ? { DesiredTransition: DesiredTransition ?? null }
    : {};
  return encode(omitEmpty({ ...rest, ...wished }));
}

/** Returns the allocated resources (structs.AllocatedResources). */
function allocatedResources(group: GroupSpec, dialect: Dialect): WireObject {
  const { tasks, diskMb } = group;
  const modern = dialect.since('1.1');
  return {
    Tasks: Object.fromEntries(
      tasks.map((task) => [
        task.name,
        {
          Cpu: { CpuShares: task.cpuMhz, ...(modern ? { ReservedCores: null } : {}) },
          Memory: { MemoryMB: task.memoryMb, ...(modern ? { MemoryMaxMB: 0 } : {}) },
          Networks: null,
          Devices: null,
        },
      ]),
    ),
    TaskLifecycles: Object.fromEntries(tasks.map((task) => [task.name, null])),
    Shared: { Networks: null, DiskMB: diskMb, Ports: null },
  };
}

/** Returns the scheduler's metrics (structs.AllocMetric). */
export function metricsObject(metrics: PlacementMetrics, dialect: Dialect): WireObject {
  const failed = metrics.scores.length === 0;
  return {
    NodesEvaluated: metrics.nodesEvaluated,
    NodesFiltered: metrics.nodesFiltered,
    ...(dialect.since('1.6') ? { NodesInPool: metrics.nodesEvaluated } : {}),
    NodesAvailable: metrics.nodesAvailable,
    ClassFiltered: counts(metrics.classFiltered),
    ConstraintFiltered: counts(metrics.constraintFiltered),
    NodesExhausted: metrics.nodesExhausted,
    ClassExhausted: counts(metrics.classExhausted),
    DimensionExhausted: counts(metrics.dimensionExhausted),
    QuotaExhausted: null,
    ...(dialect.since('1.1') ? { ResourcesExhausted: null } : {}),
    Scores: null,
    ScoreMetaData: failed
      ? null
      : metrics.scores.map(({ nodeId, score }) => ({
          NodeID: nodeId,
          Scores: {
            binpack: score,
            'job-anti-affinity': 0,
            'node-affinity': 0,
            'node-reschedule-penalty': 0,
          },
          NormScore: score,
        })),
    AllocationTime: metrics.allocationTimeNs,
    CoalescedFailures: metrics.coalescedFailures,
  };
}

function counts(values: Readonly<Record<string, number>>): Wire {
  return Object.keys(values).length === 0 ? null : values;
}

const resourcesOf = new WeakMap<GroupSpec, Map<string, string>>();

function resourcesJson(group: GroupSpec, dialect: Dialect): string {
  const printed = resourcesOf.get(group) ?? new Map<string, string>();
  resourcesOf.set(group, printed);
  const known = printed.get(dialect.version);
  if (known !== undefined) return known;
  const made = encode(allocatedResources(group, dialect));
  printed.set(dialect.version, made);
  return made;
}

/**
 * Returns a stub for the list of allocations (structs.AllocListStub). Built as a string in
 * alphabetical order for speed, because a list can have 50,000 of them.
 */
export function allocationStub(
  allocation: AllocationRecord,
  form: StubForm,
  dialect: Dialect,
): string {
  const { job } = allocation;
  const resources = form.resources
    ? `"AllocatedResources":${resourcesJson(allocation.group, dialect)},`
    : '';
  const type = dialect.since('1.0') ? `"JobType":"${job.type}",` : '';
  return `{${resources}"ClientDescription":"${allocation.clientDescription}","ClientStatus":"${allocation.client}","CreateIndex":${allocation.createIndex},"CreateTime":${allocation.createdAt},"DeploymentStatus":null,"DesiredDescription":"${allocation.desiredDescription}","DesiredStatus":"${allocation.desired}","DesiredTransition":{"ForceReschedule":null,"Migrate":${allocation.migrate ? 'true' : 'null'}${dialect.since('1.4') ? ',"NoShutdownDelay":null' : ''},"Reschedule":null},"EvalID":"${allocation.evalId}","FollowupEvalID":"","ID":"${allocation.id}","JobID":${JSON.stringify(job.id)},${type}"JobVersion":${job.version},"ModifyIndex":${allocation.modifyIndex},"ModifyTime":${allocation.modifiedAt},"Name":${JSON.stringify(allocation.name)},"Namespace":"default","NodeID":"${allocation.nodeId}","NodeName":${JSON.stringify(allocation.nodeName)},"PreemptedAllocations":null,"PreemptedByAllocation":"","RescheduleTracker":null,"TaskGroup":${JSON.stringify(allocation.group.name)},"TaskStates":${form.taskStates ? encode(taskStates(allocation.tasks)) : 'null'}}`;
}

function transition(allocation: AllocationRecord): WireObject {
  return { Migrate: allocation.migrate || null, Reschedule: null, ForceReschedule: null };
}

function taskStates(tasks: readonly TaskRecord[] | null): Wire {
  if (tasks === null) return null;
  return Object.fromEntries(
    tasks.map((task) => [
      task.name,
      {
        State: task.state,
        Failed: task.failed,
        Restarts: 0,
        LastRestart: new GoTime(null),
        StartedAt: new GoTime(task.startedAt),
        FinishedAt: new GoTime(task.finishedAt),
        Events: task.events.map(taskEvent),
      },
    ]),
  );
}

/** Returns the legacy fields and the details of a task event. */
function taskEventText(event: TaskEventRecord): {
  readonly display: string;
  readonly details: Readonly<Record<string, string>>;
} {
  const exit = String(event.exitCode ?? 0);
  switch (event.type) {
    case 'Received':
      return { display: 'Task received by client', details: {} };
    case 'Task Setup':
      return { display: event.message ?? '', details: { message: event.message ?? '' } };
    case 'Started':
      return { display: 'Task started by client', details: {} };
    case 'Terminated':
      return {
        display: event.message
          ? `Exit Code: ${exit}, Exit Message: "${event.message}"`
          : `Exit Code: ${exit}`,
        details: {
          exit_code: exit,
          signal: '0',
          oom_killed: 'false',
          ...(event.message ? { exit_message: event.message } : {}),
        },
      };
    case 'Not Restarting':
      return {
        display: 'Policy allows no restarts',
        details: { restart_reason: 'Policy allows no restarts', fails_task: 'true' },
      };
    case 'Killing': {
      const wait = `${(event.killTimeoutMs ?? 0) / 1000}s`;
      return {
        display: `Sent interrupt. Waiting ${wait} before force killing`,
        details: { kill_timeout: wait },
      };
    }
    case 'Killed':
      return { display: 'Task successfully killed', details: {} };
  }
}

/** Returns the description of a task event in the CLI. */
export function describeTaskEvent(event: TaskEventRecord): string {
  return taskEventText(event).display;
}

function taskEvent(event: TaskEventRecord): WireObject {
  const { display, details } = taskEventText(event);
  const notRestarting = event.type === 'Not Restarting';
  return {
    Type: event.type,
    Time: event.at,
    Message: event.message ?? '',
    DisplayMessage: display,
    Details: details,
    FailsTask: notRestarting,
    RestartReason: notRestarting ? 'Policy allows no restarts' : '',
    SetupError: '',
    DriverError: '',
    ExitCode: event.exitCode ?? 0,
    Signal: 0,
    KillTimeout: (event.killTimeoutMs ?? 0) * 1_000_000,
    KillError: '',
    KillReason: '',
    StartDelay: 0,
    DownloadError: '',
    ValidationError: '',
    DiskLimit: 0,
    FailedSibling: '',
    VaultError: '',
    TaskSignalReason: '',
    TaskSignal: '',
    DriverMessage: '',
    GenericSource: '',
  };
}
