import type { DetailView, TableView } from '../terminal/table.ts';
import { formatDuration } from '../units.ts';
import type { ClockReading, SandboxStatus } from './control-protocol.ts';
import type { Scenario } from './scenario.ts';
import type { SandboxState } from './state-file.ts';

/** The view of a started sandbox and its addresses. */
export function stateView(state: SandboxState): DetailView {
  const flag = state.name === 'default' ? '' : ` --name ${state.name}`;
  return {
    blocks: [
      { kind: 'fields', fields: placeFields(state) },
      {
        kind: 'lines',
        title: 'Use it',
        lines: [
          `eval "$(circleci-admin sandbox env${flag})"`,
          'circleci-admin nomad node-status',
          'kubectl get pods',
        ],
      },
    ],
  };
}

/** The view of a running sandbox's status. */
export function statusView(state: SandboxState, status: SandboxStatus): DetailView {
  const { reads, writes } = status.calls;
  return {
    blocks: [
      {
        kind: 'fields',
        fields: [
          ...placeFields(state),
          { label: 'Clock', value: clockText(status.clock) },
          { label: 'Requests', value: `${reads} reads, ${writes} writes` },
        ],
      },
    ],
  };
}

/**
 * The JSON document of a running sandbox, without the control token, which stays in the state file.
 */
export function statusDocument(state: SandboxState, status: SandboxStatus) {
  const { name, pid, scenario, services, environment } = state;
  const { clock, calls } = status;
  return { name, pid, scenario, services, environment, clock, calls };
}

/** Describes sandbox time and its rate. */
export function clockText({ now, rate }: ClockReading): string {
  if (rate === 0) return `${now}, stopped`;
  if (rate === 1) return `${now}, as fast as real time`;
  return `${now}, ${formatDuration(rate * 1_000)} per second`;
}

/** The view of the list of scenarios. */
export function scenariosView(scenarios: readonly Scenario[]): TableView<Scenario> {
  return {
    columns: [
      { key: 'name', value: (scenario) => scenario.name },
      { key: 'summary', value: (scenario) => scenario.summary, flexible: true },
    ],
    rows: scenarios,
    footer: ['Try one: circleci-admin sandbox run --scenario NAME -- nomad status'],
  };
}

/** The JSON document of the list of scenarios. */
export function scenariosDocument(scenarios: readonly Scenario[]) {
  return { scenarios: scenarios.map(({ name, summary }) => ({ name, summary })) };
}

function placeFields({ name, pid, scenario, services }: SandboxState) {
  const { nomad, kubernetes, server, github } = services;
  return [
    { label: 'Sandbox', value: name },
    { label: 'Scenario', value: scenario },
    { label: 'Process', value: String(pid) },
    { label: 'Nomad', value: nomad.address },
    { label: 'Kubernetes', value: kubernetes.server },
    { label: 'Kubeconfig', value: kubernetes.kubeconfig },
    { label: 'Namespace', value: kubernetes.namespace },
    { label: 'Server', value: server.url },
    { label: 'GitHub', value: github.url },
  ];
}
