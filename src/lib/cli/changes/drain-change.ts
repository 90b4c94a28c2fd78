import type { Installation } from '../../installation/installation.ts';
import type { NomadClient } from '../../nomad/client.ts';
import type { ChosenClients } from '../../nomad/drain/choose-clients.ts';
import { drainNodes } from '../../nomad/drain/drain.ts';
import type { DrainEvent, DrainReport } from '../../nomad/drain/drain-events.ts';
import { drainLine, drainProgressLine } from '../../nomad/drain/drain-lines.ts';
import { type DrainPlan, nothingToDrain, planDrain } from '../../nomad/drain/drain-plan.ts';
import type { DrainRequest } from '../../nomad/drain/drain-request.ts';
import { readTargets } from '../../nomad/drain/drain-targets.ts';
import { DrainUndo } from '../../nomad/drain/drain-undo.ts';
import { clientsText, drainPlanView, drainReportView } from '../../nomad/drain/drain-view.ts';
import { reasonWarning } from '../../nomad/drain/reason-warning.ts';
import type { NodeId } from '../../nomad/model.ts';
import { isConnected } from '../../nomad/nodes/select-nodes.ts';
import type { Change, Confirmation } from '../rails/change.ts';

/** The inputs of a change of Nomad clients. */
export interface ClientsContext {
  readonly nomad: NomadClient;
  readonly clients: ChosenClients;
  readonly signal: AbortSignal;
  /** Whether all clients are selected. */
  readonly all: boolean;
  readonly installation: Pick<Installation, 'name' | 'clock'>;
  /** The flags that select the installation, for suggested commands. */
  readonly targetFlags: string;
  /** The host of each client that is reached by SSH. */
  readonly hosts?: ReadonlyMap<NodeId, string>;
}

/** Reads the allocations of the clients and returns their drain as a change. */
export async function drainChange(
  context: ClientsContext,
  request: Extract<DrainRequest, { kind: 'drain' }>,
  dryRun: boolean,
): Promise<Change<DrainEvent>> {
  const { nomad, clients, signal, installation } = context;
  const { clock } = installation;
  const { spec } = request;
  const ids = clients.chosen.map((node) => node.id);
  const [targets, reason] = await Promise.all([
    readTargets(nomad, ids, { signal }),
    reasonWarning(nomad, spec, { signal }),
  ]);
  const now = clock.now();
  const plan = planDrain(targets, clients.fleet, spec, now);
  const done = nothingToDrain(plan, spec, now);
  const undo = new DrainUndo();
  let report: DrainReport | null = null;
  return {
    action: `${plan.force ? 'drain by force' : 'drain'} ${clientsText(plan.clients)}`,
    plan: {
      view: done && !dryRun ? drainReportView(done) : drainPlanView(plan, now),
      document: done && !dryRun ? done : plan,
      warnings: [...forgottenWarning(context, plan), ...plan.warnings, ...reason],
      ...(done ? { nothing: nothingText(plan), nothingExitCode: done.exitCode } : {}),
    },
    confirm: confirmation(plan, context),
    apply: async function* (aborted: AbortSignal) {
      const { timeoutMs, detach } = request;
      const options = { clock, signal: aborted, timeoutMs, detach };
      for await (const event of drainNodes(nomad, plan.clients, spec, options)) {
        undo.take(event);
        // runChange prints the report after the last event.
        if (event.type === 'report') report = event.report;
        else yield event;
      }
    },
    describe: drainLine,
    progress: drainProgressLine,
    document: (event) => event,
    report: () => {
      const last = report ?? notReported();
      return { view: drainReportView(last), document: last, exitCode: last.exitCode };
    },
    interrupted: () => undo.lines(context.targetFlags, context.hosts),
  };
}

function nothingText(plan: DrainPlan): string {
  return plan.clients.length === 0
    ? 'No client matches the selection.'
    : plan.clients.every(isConnected)
      ? 'Nothing to do: already drained, and no build runs there.'
      : 'Nothing to do: already drained, as far as Nomad knows; it does not hear from every client.';
}

/** A name must be typed for a drain that kills builds or that covers all clients. */
function confirmation(plan: DrainPlan, { installation, all }: ClientsContext): Confirmation {
  const what = clientsText(plan.clients);
  const [only, ...others] = plan.clients;
  if (plan.force) {
    const name = only && others.length === 0 ? only.name : installation.name;
    const question = `Drain ${what} of ${installation.name} and kill the running builds?`;
    return { kind: 'typed', name, question };
  }
  const question = `Drain ${what} of ${installation.name}?`;
  if (all) return { kind: 'typed', name: installation.name, question };
  return { kind: 'yes-no', question };
}

function notReported(): never {
  throw new Error('A drain ended without a report');
}

/** Warns about clients that Nomad removed between the list and the read. */
function forgottenWarning({ clients }: ClientsContext, plan: DrainPlan): readonly string[] {
  const known = new Set(plan.clients.map((client) => client.id));
  const gone = clients.chosen.filter((node) => !known.has(node.id)).map((node) => node.name);
  return gone.length === 0 ? [] : [`Nomad no longer has ${gone.join(', ')}: skipped.`];
}
