import type { TableView, Tone } from '../terminal/table.ts';
import { wrapText } from '../terminal/wrap-text.ts';
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
/** Lines that one of them may take: a record of a log may be thousands of characters long. */
const MOST_LINES = 4;
/** As wide as the mark and the code before a title. */
const INDENT = 9;

/** The diagnosis for people: the tree, each finding with its evidence and remedy, the verdict last. */
export function queueLines(diagnosis: Diagnosis, style: QueueStyle): readonly string[] {
  const { installation, steps, findings, verdict, notes } = diagnosis;
  return [
    `Installation: ${installation}`,
    '',
    ...stepLines(steps, style),
    '',
    ...findings.flatMap((finding) => [...findingLines(finding, style), '']),
    ...notes.flatMap((note) =>
      wrapText(`Note: ${note}`, { width: style.width, indent: 6 }).map((line) =>
        style.paint(line, 'quiet'),
      ),
    ),
    ...(notes.length > 0 ? [''] : []),
    ...verdictLines(verdict, style),
  ];
}

/** A command that comes next has a line of its own where it does not fit: it is copied from there. */
function verdictLines({ state, text }: Verdict, { paint, width }: QueueStyle): readonly string[] {
  const label = 'Verdict:';
  const at = text.lastIndexOf(' Next: ');
  const fits = width === undefined || label.length + 1 + text.length <= width;
  const said = fits || at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
  const [first = '', ...rest] = said.flatMap((part, index) =>
    index > 0 ? [part] : wrapText(`${label} ${part}`, { width, indent: 2 }),
  );
  const tone = VERDICTS[state];
  return [
    `${paint(label, 'strong')}${paint(first.slice(label.length), tone)}`,
    ...rest.map((line) => paint(line, tone)),
  ];
}

function stepLines(steps: readonly Step[], { unicode, paint, width }: QueueStyle) {
  const longest = Math.max(0, ...steps.map(({ step }) => step.length));
  return steps.flatMap(({ step, state, text }) => {
    const { sign, plain, tone } = MARKS[state];
    const mark = paint(unicode ? sign : plain, tone);
    const rest = `${step.padEnd(longest)}  ${text}`;
    const [first = '', ...more] = wrapText(rest, {
      width: width === undefined ? undefined : width - 2,
      indent: longest + 2,
    });
    return [`${mark} ${first}`, ...more.map((line) => `  ${line}`)];
  });
}

function findingLines(finding: JudgedFinding, style: QueueStyle): readonly string[] {
  const { code, severity, title, evidence, remedy, causedBy } = finding;
  const { unicode, paint, width } = style;
  const { sign, plain, tone } = MARKS[severity === 'error' ? 'broken' : 'warning'];
  const indent = ' '.repeat(INDENT);
  const room = width === undefined ? undefined : width - INDENT;
  const more = evidence.length - MOST_EVIDENCE;
  return [
    ...wrapText(title, { width: room }).map((line, at) =>
      at > 0
        ? indent + paint(line, 'strong')
        : `${paint(unicode ? sign : plain, tone)} ${paint(code, 'quiet')} ${paint(line, 'strong')}`,
    ),
    ...(causedBy === null ? [] : [indent + paint(`(comes from ${causedBy})`, 'quiet')]),
    ...evidence
      .slice(0, MOST_EVIDENCE)
      .flatMap((proof) => wrapText(proofText(proof), { width: room, indent: 2, most: MOST_LINES }))
      .map((line) => indent + paint(line, 'quiet')),
    ...(more > 0 ? [indent + paint(`... and ${more} more, with --json`, 'quiet')] : []),
    ...wrapText(remedy.text, { width: room }).map((line) => indent + line),
    ...remedy.commands.map((command) => `${indent}  ${command}`),
    `${indent}${paint(`See circleci-admin help ${code}`, 'quiet')}`,
  ];
}

function proofText(proof: Proof): string {
  if (proof.kind === 'fact') return proof.text;
  const { pod, time, text } = proof;
  return `${pod}${time === '' ? '' : ` ${time.slice(11, 19)}`} | ${text}`;
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
