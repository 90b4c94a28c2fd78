import { drawMark, MARKS, type Mark, type MarkStyle } from '../terminal/marks.ts';
import type { TableView } from '../terminal/table.ts';
import {
  CATEGORIES,
  type Category,
  type CheckDescription,
  type CheckResult,
  type CheckStatus,
  checkPage,
} from './check.ts';
import type { DoctorReport, DoctorSummary } from './report.ts';

const TITLES: Readonly<Record<Category, string>> = {
  configuration: 'Configuration',
  kubernetes: 'Kubernetes',
  nomad: 'Nomad',
  server: 'CircleCI server',
  machine: 'This machine',
};

const STATUS_MARKS: Readonly<Record<CheckStatus, Mark>> = {
  ok: MARKS.ok,
  warning: MARKS.warning,
  failed: MARKS.bad,
  skipped: MARKS.skipped,
  'not-configured': MARKS.nothing,
};

/** Returns the report as lines grouped by category, with hints for failures and warnings. */
export function doctorLines(
  { installation, checks, summary }: DoctorReport,
  style: MarkStyle,
): readonly string[] {
  const lines = installation === null ? [] : [`Installation: ${installation}`, ''];
  for (const category of CATEGORIES) {
    const own = checks.filter((check) => check.category === category);
    if (own.length === 0) continue;
    lines.push(style.paint(TITLES[category], 'strong'));
    for (const check of own) lines.push(...checkLines(check, style));
    lines.push('');
  }
  return [...lines, summaryText(summary)];
}

function checkLines(check: CheckResult, style: MarkStyle): readonly string[] {
  const { paint } = style;
  const mark = drawMark(STATUS_MARKS[check.status], style);
  const said =
    check.status === 'not-configured' ? `not configured: ${check.message}` : check.message;
  const line = `${mark} ${paint(check.code, 'quiet')} ${check.name}: ${said}`;
  if (check.status !== 'failed' && check.status !== 'warning') return [line];
  const indent = ' '.repeat(9);
  const hint = check.hint === null ? [] : check.hint.split('\n');
  return [
    line,
    ...hint.map((one) => indent + one),
    `${indent}${paint(`See circleci-admin help ${check.code}`, 'quiet')}`,
  ];
}

function summaryText({ ok, warning, failed, skipped, notConfigured }: DoctorSummary): string {
  const parts = [
    `${ok} ok`,
    `${warning} ${warning === 1 ? 'warning' : 'warnings'}`,
    `${failed} failed`,
    `${skipped} skipped`,
    `${notConfigured} not configured`,
  ];
  return parts.join(', ');
}

/** Returns the results as a table, for machine-readable formats. */
export function doctorTable(checks: readonly CheckResult[]): TableView<CheckResult> {
  return {
    columns: [
      { key: 'code', value: (one) => one.code },
      { key: 'category', value: (one) => one.category },
      { key: 'status', value: (one) => one.status, tone: (one) => STATUS_MARKS[one.status].tone },
      { key: 'name', value: (one) => one.name },
      { key: 'message', value: (one) => one.message, flexible: true },
      { key: 'hint', value: (one) => one.hint, wide: true },
      { key: 'ref', value: (one) => one.ref, wide: true },
      {
        key: 'durationMs',
        title: 'MS',
        value: (one) => Math.round(one.durationMs),
        align: 'right',
        wide: true,
      },
    ],
    rows: checks,
  };
}

/** Returns the list of available checks. */
export function checksTable(checks: readonly CheckDescription[]): TableView<CheckDescription> {
  return {
    columns: [
      { key: 'code', value: (one) => one.code },
      { key: 'category', value: (one) => one.category },
      { key: 'name', value: (one) => one.name, flexible: true },
      { key: 'ref', value: (one) => checkPage(one.code), wide: true },
    ],
    rows: checks,
  };
}

/** Returns the available checks as JSON. */
export function checksDocument(checks: readonly CheckDescription[]) {
  return {
    checks: checks.map(({ code, category, name, needs = [] }) => ({
      code,
      category,
      name,
      needs,
      ref: checkPage(code),
    })),
  };
}
