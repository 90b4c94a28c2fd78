import type { TableView, Tone } from '../terminal/table.ts';
import type { ProbeResult } from './examine.ts';

/** What clients can and cannot reach. */
export interface ConnectivityReport {
  readonly installation: string;
  readonly checks: readonly ProbeResult[];
  readonly summary: {
    readonly clients: number;
    readonly ok: number;
    readonly failed: number;
    readonly skipped: number;
  };
}

const TONES: Readonly<Record<ProbeResult['outcome'], Tone>> = {
  ok: 'good',
  failed: 'bad',
  skipped: 'quiet',
};

/** The results with what they amount to. */
export function connectivityReport(
  installation: string,
  checks: readonly ProbeResult[],
): ConnectivityReport {
  const count = (outcome: ProbeResult['outcome']): number =>
    checks.filter((one) => one.outcome === outcome).length;
  const clients = new Set(checks.map(({ clientId }) => clientId)).size;
  return {
    installation,
    checks,
    summary: { clients, ok: count('ok'), failed: count('failed'), skipped: count('skipped') },
  };
}

/** The results for people. */
export function connectivityTable({ checks, summary }: ConnectivityReport): TableView<ProbeResult> {
  const hints = [...new Set(checks.flatMap(({ hint }) => (hint === null ? [] : [hint])))];
  const { clients, ok, failed, skipped } = summary;
  const noun = clients === 1 ? 'client' : 'clients';
  return {
    columns: [
      { key: 'client', value: (row) => row.client },
      { key: 'clientId', title: 'CLIENT ID', value: (row) => row.clientId, wide: true },
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
      { key: 'meaning', value: (row) => row.meaning, flexible: true },
    ],
    rows: checks,
    footer: [
      `From ${clients} ${noun}: ${ok} reachable, ${failed} not, ${skipped} not checked.`,
      ...hints,
    ],
    empty: 'No client to check from.',
  };
}
