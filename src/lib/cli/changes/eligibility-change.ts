import {
  type ClientChange,
  type ClientChangeEvent,
  type ClientChangeReport,
  changeClients,
} from '../../nomad/drain/client-change.ts';
import {
  clientChangeLine,
  clientChangeReportView,
  clientChangeView,
} from '../../nomad/drain/client-change-view.ts';
import { clientsText } from '../../nomad/drain/drain-view.ts';
import { eligibilityWarnings, planEligibility } from '../../nomad/drain/eligibility.ts';
import { planEndDrain } from '../../nomad/drain/end-drain.ts';
import { takesBuilds } from '../../nomad/nodes/find-node.ts';
import type { Change } from '../rails/change.ts';
import type { ClientsContext } from './drain-change.ts';

/** Returns the cancellation of drains as a change. */
export function endDrainChange(
  context: ClientsContext,
  keepIneligible: boolean,
): Change<ClientChangeEvent> {
  const changes = planEndDrain(context.clients.chosen, { keepIneligible });
  return clientChange(context, changes, 'Cancel the drain of', 'cancel the drain of');
}

/**
 * Returns a change of the scheduling eligibility of clients.
 *
 * @throws AdminError of kind `validation`, code CLIENT_IS_DRAINING
 */
export function eligibilityChange(
  context: ClientsContext,
  eligible: boolean,
): Change<ClientChangeEvent> {
  const changes = planEligibility(context.clients.chosen, eligible);
  const verb = eligible ? 'allow new builds on' : 'stop new builds on';
  return clientChange(context, changes, `${verb[0]?.toUpperCase()}${verb.slice(1)}`, verb);
}

function clientChange(
  context: ClientsContext,
  changes: readonly ClientChange[],
  Verb: string,
  verb: string,
): Change<ClientChangeEvent> {
  const { nomad, installation, clients, all } = context;
  const todo = changes.filter((change) => change.action !== 'nothing');
  const question = `${Verb} ${clientsText(todo)} of ${installation.name}?`;
  let report: ClientChangeReport = {
    nodes: changes.map(({ id, name, eligible, draining }) => {
      return { id, name, outcome: 'unchanged', eligible, draining, error: null };
    }),
    exitCode: 0,
  };
  const nothing = todo.length === 0;
  return {
    action: `${verb} ${clientsText(todo)}`,
    plan: {
      view: nothing ? clientChangeReportView(report) : clientChangeView(changes),
      document: nothing ? report : { clients: changes },
      warnings: eligibilityWarnings(changes, clients.fleet.filter(takesBuilds)),
      ...(nothing ? { nothing: nothingText(changes) } : {}),
    },
    confirm:
      all && changes.some((change) => !change.eligibleThen)
        ? { kind: 'typed', name: installation.name, question }
        : { kind: 'yes-no', question },
    apply: async function* (signal: AbortSignal) {
      const { clock } = installation;
      for await (const event of changeClients(nomad, changes, { clock, signal })) {
        // runChange prints the report after the last event.
        if (event.type === 'report') report = event.report;
        else yield event;
      }
    },
    describe: clientChangeLine,
    document: (event) => event,
    report: () => ({
      view: clientChangeReportView(report),
      document: report,
      exitCode: report.exitCode,
    }),
    interrupted: () => [
      'Stopped: the changes made so far are kept. Run the same command again for the rest.',
    ],
  };
}

function nothingText(changes: readonly ClientChange[]): string {
  return changes.length === 0
    ? 'No client matches the selection.'
    : 'Nothing to do: the clients already have the wanted state.';
}
