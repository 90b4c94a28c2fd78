import type { CheckResult, CheckStatus } from './check.ts';

/** The number of checks by result. */
export interface DoctorSummary {
  readonly ok: number;
  readonly warning: number;
  readonly failed: number;
  readonly skipped: number;
  readonly notConfigured: number;
}

/** The output of `doctor`. */
export interface DoctorReport {
  /** Null if no profile is in use, or if it could not be determined. */
  readonly installation: string | null;
  readonly checks: readonly CheckResult[];
  /** Counts all checks that ran, including those not shown. */
  readonly summary: DoctorSummary;
}

/** The minimum severity of the results to show. */
export const SEVERITIES = ['ok', 'warning', 'failed'] as const;

/** One of {@link SEVERITIES}. */
export type Severity = (typeof SEVERITIES)[number];

const SHOWN: Readonly<Record<Severity, readonly CheckStatus[]>> = {
  ok: ['ok', 'warning', 'failed', 'skipped', 'not-configured'],
  warning: ['warning', 'failed'],
  failed: ['failed'],
};

/** Builds the report from the results of sufficient severity, sorted by code. */
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

/** Returns the report as JSON. */
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
