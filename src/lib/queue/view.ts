import { drawMark, MARKS, type Mark, type MarkStyle } from '../terminal/marks.ts';
import type { TableView, Tone } from '../terminal/table.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Diagnosis, JudgedFinding, Step, StepState, Verdict } from './diagnosis.ts';
import type { Proof } from './finding.ts';
import { readableLine } from './logs/readable-line.ts';

/** The options for rendering lines. */
export interface QueueStyle extends MarkStyle {
  /** The width of the terminal in columns; undefined for no limit. */
  readonly width: number | undefined;
  /** Whether to show all evidence and the remedy of findings caused by other findings. */
  readonly wide: boolean;
}

const STATE_MARKS: Readonly<Record<StepState, Mark>> = {
  ok: MARKS.ok,
  idle: MARKS.nothing,
  warning: MARKS.warning,
  broken: MARKS.bad,
  unknown: MARKS.unknown,
  'not-asked': MARKS.skipped,
};

const VERDICTS: Readonly<Record<Verdict['state'], Tone>> = {
  healthy: 'good',
  idle: 'strong',
  degraded: 'warning',
  broken: 'bad',
  unknown: 'warning',
};

/** The maximum number of evidence items shown per finding; `--json` has all. */
const MAX_EVIDENCE = 6;
/** The maximum number of lines per item, because a log record may have thousands of characters. */
const MAX_LINES = 4;
/** The width of the mark and the code before a title. */
const INDENT = 9;

/**
 * Renders a diagnosis for people: the tree, each finding with its evidence and remedy, and the
 * verdict last.
 *
 * @param file the file with the saved evidence; undefined if the evidence is current
 */
export function queueLines(
  diagnosis: Diagnosis,
  style: QueueStyle,
  file?: string,
): readonly string[] {
  const { installation, takenAt, steps, findings, verdict, notes } = diagnosis;
  const minute = takenAt.toISOString().slice(0, 16).replace('T', ' ');
  return [
    `Installation: ${installation}`,
    ...(file === undefined ? [] : [`Evidence of ${minute} UTC, from ${file}`]),
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

/** Returns the verdict and the next command, which has its own line so that it can be copied. */
function verdictLines({ state, text, next }: Verdict, { paint, width }: QueueStyle) {
  const label = 'Verdict:';
  const [first = '', ...rest] = wrapText(`${label} ${text}`, { width, indent: 2 });
  const tone = VERDICTS[state];
  return [
    `${paint(label, 'strong')}${paint(first.slice(label.length), tone)}`,
    ...rest.map((line) => paint(line, tone)),
    ...(next === null ? [] : [`${paint('Next:', 'strong')} ${next}`]),
  ];
}

function stepLines(steps: readonly Step[], style: QueueStyle) {
  const { width } = style;
  const longest = Math.max(0, ...steps.map(({ name }) => name.length));
  return steps.flatMap(({ name, state, text }) => {
    const mark = drawMark(STATE_MARKS[state], style);
    const rest = `${name.padEnd(longest)}  ${text}`;
    const [first = '', ...more] = wrapText(rest, {
      width: width === undefined ? undefined : width - 2,
      indent: longest + 2,
    });
    return [`${mark} ${first}`, ...more.map((line) => `  ${line}`)];
  });
}

function findingLines(finding: JudgedFinding, style: QueueStyle): readonly string[] {
  const { code, severity, title, causedBy } = finding;
  const { paint, width } = style;
  const mark = drawMark(severity === 'error' ? MARKS.bad : MARKS.warning, style);
  const indent = ' '.repeat(INDENT);
  const room = width === undefined ? undefined : width - INDENT;
  // Its own remedy would contradict the remedy of its cause.
  const isBrief = causedBy !== null && !style.wide;
  const body = [
    ...(causedBy === null ? [] : [paint(`(caused by ${causedBy}: fix that first)`, 'quiet')]),
    ...evidenceLines(finding, isBrief ? 1 : MAX_EVIDENCE, room).map((line) => paint(line, 'quiet')),
    ...(isBrief ? [] : remedyLines(finding, room, paint)),
  ];
  return [
    ...wrapText(title, { width: room }).map((line, at) =>
      at > 0
        ? indent + paint(line, 'strong')
        : `${mark} ${paint(code, 'quiet')} ${paint(line, 'strong')}`,
    ),
    ...body.map((line) => indent + line),
  ];
}

function evidenceLines(
  { evidence }: JudgedFinding,
  limit: number,
  width: number | undefined,
): readonly string[] {
  const shown = evidence.slice(0, limit);
  const more = evidence.length - limit;
  return [
    ...shown.flatMap((proof, at) => {
      const text = proofText(proof, shown[at - 1]);
      return wrapText(text, { width, indent: 2, maxLines: MAX_LINES });
    }),
    ...(more > 0 ? [`... and ${more} more, with --json`] : []),
  ];
}

function remedyLines(
  { code, remedy }: JudgedFinding,
  width: number | undefined,
  paint: QueueStyle['paint'],
): readonly string[] {
  return [
    ...wrapText(remedy.text, { width }),
    ...remedy.commands.map((command) => `  ${command}`),
    paint(`See circleci-admin help ${code}`, 'quiet'),
  ];
}

/** Returns a log line with its pod and time, without those if they equal the previous line's. */
function proofText(proof: Proof, before: Proof | undefined): string {
  if (proof.kind === 'fact') return proof.text;
  const { pod, time, text } = readableLine(proof);
  if (before?.kind === 'line' && before.pod === pod && secondOf(before.time) === secondOf(time)) {
    return `  ${text.trim()}`;
  }
  return `${pod}${time === '' ? '' : ` ${secondOf(time)}`} | ${text}`;
}

function secondOf(time: string): string {
  return time.slice(11, 19);
}

/** Returns the findings as a table, for machine-readable formats. */
export function findingsTable(diagnosis: Diagnosis): TableView<JudgedFinding> {
  return {
    columns: [
      { key: 'code', value: (one) => one.code },
      { key: 'severity', value: (one) => one.severity },
      { key: 'place', value: (one) => one.place },
      { key: 'subject', value: (one) => one.subject },
      { key: 'title', value: (one) => one.title, flexible: true },
      { key: 'causedBy', value: (one) => one.causedBy },
      // The remedy of an effect does not help; the cause must be fixed.
      {
        key: 'command',
        value: (one) => (one.causedBy === null ? (one.remedy.commands[0] ?? null) : null),
      },
      { key: 'ref', value: (one) => one.ref, wide: true },
    ],
    rows: diagnosis.findings,
  };
}

/** Returns the JSON document of a diagnosis. */
export function queueDocument(diagnosis: Diagnosis) {
  const { installation, takenAt, windowMs, pipeline, verdict, steps, findings, notes } = diagnosis;
  return {
    installation,
    takenAt,
    windowMs,
    pipeline,
    verdict,
    steps,
    findings: findings.map(({ fix, down: _, ...finding }) => ({
      ...finding,
      fixable: fix !== null,
    })),
    notes,
  };
}
