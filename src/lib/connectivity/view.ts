import { count } from '../nomad/quantities.ts';
import type { TableView, Tone } from '../terminal/table.ts';
import type { CheckResult } from './check-result.ts';
import { explainChecks } from './explain.ts';

/** What clients and services can and cannot reach. */
export interface ConnectivityReport {
  readonly installation: string;
  readonly checks: readonly CheckResult[];
  readonly summary: {
    readonly clients: number;
    readonly services: number;
    readonly ok: number;
    readonly failed: number;
    readonly skipped: number;
  };
}

const TONES: Readonly<Record<CheckResult['outcome'], Tone>> = {
  ok: 'good',
  failed: 'bad',
  skipped: 'quiet',
};

/** Returns the results with a summary. */
export function connectivityReport(
  installation: string,
  checks: readonly CheckResult[],
): ConnectivityReport {
  const count = (outcome: CheckResult['outcome']): number =>
    checks.filter((one) => one.outcome === outcome).length;
  const distinct = (names: readonly (string | null)[]): number =>
    new Set(names.filter((name) => name !== null)).size;
  const clients = distinct(checks.map(({ clientId }) => clientId));
  const services = distinct(checks.map(({ service }) => service));
  return {
    installation,
    checks,
    summary: {
      clients,
      services,
      ok: count('ok'),
      failed: count('failed'),
      skipped: count('skipped'),
    },
  };
}

/** Returns the results as a table. */
export function connectivityTable({ checks, summary }: ConnectivityReport): TableView<CheckResult> {
  const { clients, services, ok, failed, skipped } = summary;
  const from = [
    ...countUnlessZero(clients, 'client'),
    ...countUnlessZero(services, 'service'),
  ].join(' and ');
  return {
    columns: [
      { key: 'from', value: (row) => row.client ?? row.service, flexible: true },
      { key: 'client', value: (row) => row.client, wide: true },
      { key: 'service', value: (row) => row.service, wide: true },
      { key: 'clientId', title: 'CLIENT ID', value: (row) => row.clientId, wide: true },
      { key: 'pod', value: (row) => row.pod, wide: true },
      { key: 'check', value: (row) => row.check },
      { key: 'host', value: (row) => row.host, flexible: true },
      { key: 'port', value: (row) => row.port, align: 'right' },
      { key: 'outcome', value: (row) => row.outcome, tone: (row) => TONES[row.outcome] },
      {
        key: 'exitCode',
        title: 'EXIT',
        value: (row) => row.exitCode,
        align: 'right',
      },
      // The footer explains it in sentences.
      { key: 'meaning', value: (row) => row.meaning, wide: true },
    ],
    rows: checks,
    footer: [
      `From ${from || 'nowhere'}: ${ok} reachable, ${failed} not reachable, ${skipped} not checked.`,
      ...explainChecks(checks),
    ],
    empty: 'There is no client and no service to check from.',
  };
}

/** Empty for 0. */
function countUnlessZero(amount: number, noun: string): readonly string[] {
  return amount === 0 ? [] : [count(amount, noun)];
}
