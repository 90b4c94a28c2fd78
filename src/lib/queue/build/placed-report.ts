import { type Place, placedRemedy } from '../placed.ts';
import type { BuildReport } from './follow-build.ts';

/**
 * Adds the flags that select the installation to the commands of a report; see
 * {@link placedRemedy}.
 */
export function placedReport(report: BuildReport, place: Place): BuildReport {
  const { finding } = report;
  if (finding === null) return report;
  return { ...report, finding: { ...finding, remedy: placedRemedy(finding.remedy, place) } };
}
