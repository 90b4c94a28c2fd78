import type { Installation } from '../../installation/installation.ts';
import type { QueueInspection } from '../../queue/inspect-queue.ts';
import type { TriggeredBuild } from '../../queue/snapshot/snapshot.ts';
import {
  type FollowTriggerEvent,
  type FollowTriggerOptions,
  followTrigger,
} from '../../queue/trigger/follow-trigger.ts';
import { type QueueStyle, queueDocument, queueLines } from '../../queue/view.ts';
import type { TriggerApi } from '../../server/trigger-api.ts';
import { formatDuration } from '../../units.ts';
import type { Change } from '../rails/change.ts';
import { exitCodeOf } from '../troubleshoot/show-diagnosis.ts';

/** The inputs of {@link triggerChange}. */
export interface TriggerContext {
  readonly api: TriggerApi;
  readonly installation: Pick<Installation, 'name' | 'clock'>;
  /** The flags that select the installation, for suggested commands. */
  readonly targetFlags: string;
  readonly style: QueueStyle;
  readonly inspect: (trigger: TriggeredBuild) => Promise<QueueInspection>;
  /** The CircleCI server on which the build is started. */
  readonly server: string;
}

/**
 * Returns the start of a test build as a change that follows the build and ends with a diagnosis.
 */
export function triggerChange(
  { api, server, installation, targetFlags, style, inspect }: TriggerContext,
  wanted: Pick<FollowTriggerOptions, 'project' | 'branch' | 'timeoutMs'>,
): Change<FollowTriggerEvent> {
  const { project, branch } = wanted;
  let started: TriggeredBuild | null = null;
  let last: QueueInspection | null = null;
  return {
    action: `start a build of ${project}`,
    plan: {
      view: {
        blocks: [
          {
            kind: 'fields',
            fields: [
              { label: 'Server', value: server },
              { label: 'Start a build of', value: project },
              { label: 'Branch', value: branch ?? "the project's default" },
            ],
          },
        ],
      },
      document: { server, project, branch },
      warnings: [],
    },
    confirm: {
      kind: 'yes-no',
      question: `Start a build of ${project} on ${server}, and follow it?`,
    },
    apply: async function* (signal) {
      const { clock } = installation;
      const options = { ...wanted, clock, signal };
      const inspectFor = (trigger: TriggeredBuild): Promise<QueueInspection> => {
        started = trigger;
        return inspect(trigger);
      };
      for await (const event of followTrigger(api, inspectFor, options)) {
        if (event.kind === 'looked') last = event.inspection;
        yield event;
      }
    },
    describe: describeTrigger,
    document: (event) =>
      event.kind === 'looked'
        ? { kind: event.kind, diagnosis: queueDocument(event.inspection.diagnosis) }
        : event,
    report: () => ({
      view: {
        blocks: last === null ? [] : [{ kind: 'lines', lines: queueLines(last.diagnosis, style) }],
      },
      document: { started, diagnosis: last === null ? null : queueDocument(last.diagnosis) },
      exitCode: last === null ? 0 : exitCodeOf(last.diagnosis),
    }),
    interrupted: () => [
      'The build continues to run.',
      `Follow it with: circleci-admin troubleshoot build ${nameOf(started) ?? `${project}/NUMBER`}${targetFlags}`,
    ],
  };
}

function nameOf(started: TriggeredBuild | null): string | null {
  if (started === null || started.number === null) return null;
  return `${started.project}/${started.number}`;
}

function describeTrigger(event: FollowTriggerEvent): string | undefined {
  switch (event.kind) {
    case 'started':
      return `${event.project}: pipeline ${event.pipelineNumber ?? event.pipelineId} was started.`;
    case 'numbered':
      return `${event.project}: it is build ${event.number}.`;
    case 'unnumbered':
      return `${event.project}: its build number is unknown: ${event.why}.`;
    case 'on-its-way':
      return `Not on a client yet: checking again in ${formatDuration(event.afterMs)}.`;
    case 'looked':
      return undefined;
  }
}
