import type { TableView, Tone } from '../terminal/table.ts';
import type { Diagnosis, JudgedFinding, Step, StepState, Verdict } from './diagnosis.ts';
import type { Proof } from './finding.ts';

/** How lines are drawn. */
export interface QueueStyle {
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  /** Columns of the terminal; undefined where lines may be of any length. */
  readonly width: number | undefined;
  readonly paint: (text: string, tone: Tone) => string;
}

interface Mark {
  readonly sign: string;
  /** Where signs beyond ASCII may not show. */
  readonly plain: string;
  readonly tone: Tone;
}

const MARKS: Readonly<Record<StepState, Mark>> = {
  ok: { sign: '✔', plain: '+', tone: 'good' },
  idle: { sign: '·', plain: '.', tone: 'quiet' },
  warning: { sign: '!', plain: '!', tone: 'warning' },
  broken: { sign: '✖', plain: 'x', tone: 'bad' },
  unknown: { sign: '?', plain: '?', tone: 'warning' },
  'not-asked': { sign: '–', plain: '-', tone: 'quiet' },
};

const VERDICTS: Readonly<Record<Verdict['state'], Tone>> = {
  healthy: 'good',
  idle: 'strong',
  degraded: 'warning',
  broken: 'bad',
  unknown: 'warning',
};

/** Lines of evidence that are shown of one finding; `--json` has all. */
const MOST_EVIDENCE = 6;

/** The diagnosis for people: the tree, each finding with its evidence and remedy, the verdict last. */
export function queueLines(diagnosis: Diagnosis, style: QueueStyle): readonly string[] {
  const { installation, steps, findings, verdict, notes } = diagnosis;
  return [
    `Installation: ${installation}`,
    '',
    ...stepLines(steps, style),
    '',
    ...findings.flatMap((finding) => [...findingLines(finding, style), '']),
    ...notes.map((note) => style.paint(`Note: ${note}`, 'quiet')),
    ...(notes.length > 0 ? [''] : []),
    `${style.paint('Verdict:', 'strong')} ${style.paint(verdict.text, VERDICTS[verdict.state])}`,
  ];
}

function stepLines(steps: readonly Step[], { unicode, paint, width }: QueueStyle) {
  const longest = Math.max(0, ...steps.map(({ step }) => step.length));
  return steps.map(({ step, state, text }) => {
    const { sign, plain, tone } = MARKS[state];
    const rest = `${step.padEnd(longest)}  ${text}`;
    return `${paint(unicode ? sign : plain, tone)} ${cut(rest, width, 2)}`;
  });
}

function findingLines(finding: JudgedFinding, style: QueueStyle): readonly string[] {
  const { code, severity, title, evidence, remedy, causedBy, ref } = finding;
  const { unicode, paint, width } = style;
  const { sign, plain, tone } = MARKS[severity === 'error' ? 'broken' : 'warning'];
  const because = causedBy === null ? '' : paint(` (comes from ${causedBy})`, 'quiet');
  const indent = ' '.repeat(9);
  const more = evidence.length - MOST_EVIDENCE;
  return [
    `${paint(unicode ? sign : plain, tone)} ${paint(code, 'quiet')} ${paint(title, 'strong')}${because}`,
    ...evidence
      .slice(0, MOST_EVIDENCE)
      .map((proof) => indent + paint(cut(proofText(proof), width, indent.length), 'quiet')),
    ...(more > 0 ? [indent + paint(`... and ${more} more, with --json`, 'quiet')] : []),
    indent + remedy.text,
    ...remedy.commands.map((command) => `${indent}  ${command}`),
    `${indent}${paint(`See ${ref}`, 'quiet')}`,
  ];
}

function proofText(proof: Proof): string {
  if (proof.kind === 'fact') return proof.text;
  const { pod, time, text } = proof;
  return `${pod}${time === '' ? '' : ` ${time.slice(11, 19)}`} | ${text}`;
}

/** Cut at the terminal's width: a line of a log may be thousands of characters long. */
function cut(text: string, width: number | undefined, indent: number): string {
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(20, width - indent);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

/** The findings as a table, for the formats that programs read. */
export function findingsTable(diagnosis: Diagnosis): TableView<JudgedFinding> {
  return {
    columns: [
      { key: 'code', value: (one) => one.code },
      { key: 'severity', value: (one) => one.severity },
      { key: 'place', value: (one) => one.place },
      { key: 'subject', value: (one) => one.subject },
      { key: 'title', value: (one) => one.title, flexible: true },
      { key: 'causedBy', value: (one) => one.causedBy },
      { key: 'command', value: (one) => one.remedy.commands[0] ?? null },
      { key: 'ref', value: (one) => one.ref, wide: true },
    ],
    rows: diagnosis.findings,
  };
}

/** The diagnosis as JSON. */
export function queueDocument(diagnosis: Diagnosis) {
  const { installation, takenAt, windowMs, verdict, steps, findings, notes } = diagnosis;
  return {
    installation,
    takenAt,
    windowMs,
    verdict,
    steps,
    findings: findings.map(({ fix, ...finding }) => ({ ...finding, fixable: fix !== null })),
    notes,
  };
}
