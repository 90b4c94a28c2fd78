import type { CheckResult, CheckStatus } from './check.ts';

/** How many checks ended how. */
export interface DoctorSummary {
  readonly ok: number;
  readonly warning: number;
  readonly failed: number;
  readonly skipped: number;
  readonly notConfigured: number;
}

/** What `doctor` tells. */
export interface DoctorReport {
  /** Null where no profile is in use, or the config file does not say. */
  readonly installation: string | null;
  readonly checks: readonly CheckResult[];
  /** Of all checks that ran, those that are not shown included. */
  readonly summary: DoctorSummary;
}

/** From what severity on results are shown. */
export const SEVERITIES = ['ok', 'warning', 'failed'] as const;

/** One of {@link SEVERITIES}. */
export type Severity = (typeof SEVERITIES)[number];

const SHOWN: Readonly<Record<Severity, readonly CheckStatus[]>> = {
  ok: ['ok', 'warning', 'failed', 'skipped', 'not-configured'],
  warning: ['warning', 'failed'],
  failed: ['failed'],
};

/** Puts results together, by code, as far as they are severe enough. */
export function doctorReport(
  installation: string | null,
  results: readonly CheckResult[],
  least: Severity,
): DoctorReport {
  const count = (status: CheckStatus): number =>
    results.filter((result) => result.status === status).length;
  return {
    installation,
    checks: results
      .filter(({ status }) => SHOWN[least].includes(status))
      .sort((a, b) => (a.code < b.code ? -1 : 1)),
    summary: {
      ok: count('ok'),
      warning: count('warning'),
      failed: count('failed'),
      skipped: count('skipped'),
      notConfigured: count('not-configured'),
    },
  };
}

/** The report as JSON. */
export function doctorDocument({ installation, checks, summary }: DoctorReport) {
  return {
    installation,
    checks: checks.map(({ code, category, name, status, message, hint, ref, durationMs }) => ({
      code,
      category,
      name,
      status,
      message,
      hint,
      ref,
      durationMs: Math.round(durationMs),
    })),
    summary,
  };
}
