import { type CommandFlags, remedyWithTargetFlags } from '../target-flags.ts';
import type { BuildReport } from './follow-build.ts';

/**
 * Adds the flags that select the installation to the commands of a report; see
 * {@link remedyWithTargetFlags}.
 */
export function reportWithTargetFlags(report: BuildReport, place: CommandFlags): BuildReport {
  const { finding } = report;
  if (finding === null) return report;
  return {
    ...report,
    finding: { ...finding, remedy: remedyWithTargetFlags(finding.remedy, place) },
  };
}
