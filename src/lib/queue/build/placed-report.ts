import { type Place, placedRemedy } from '../placed.ts';
import type { BuildReport } from './follow-build.ts';

/** A report whose commands reach the installation that it is about; see {@link placedRemedy}. */
export function placedReport(report: BuildReport, place: Place): BuildReport {
  const { finding } = report;
  if (finding === null) return report;
  return { ...report, finding: { ...finding, remedy: placedRemedy(finding.remedy, place) } };
}
