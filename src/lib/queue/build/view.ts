import type { Milliseconds } from '../../clock.ts';
import {
  type Column,
  type DetailBlock,
  type DetailView,
  eraseTable,
  type Field,
  type TableView,
  type Tone,
} from '../../terminal/table.ts';
import { formatDuration } from '../../units.ts';
import type { Place, Proof } from '../finding.ts';
import { readableLine } from '../logs/readable-line.ts';
import { nameOf, type Pipeline, STAGES } from '../stages.ts';
import type { BuildIdentity } from './build-facts.ts';
import type { BuildReport } from './follow-build.ts';
import type { BuildState, StepState, TimelineStep } from './timeline.ts';

const STATES: Readonly<Record<BuildState, Tone>> = {
  queued: 'strong',
  pending: 'warning',
  running: 'good',
  finished: 'strong',
  killed: 'bad',
  stopped: 'warning',
  lost: 'bad',
  unknown: 'warning',
};

const STEPS: Readonly<Partial<Record<StepState, Tone>>> = {
  waiting: 'warning',
  stopped: 'bad',
  missing: 'quiet',
  unknown: 'quiet',
};

/** Places that users know by another name. */
const PLACES: Readonly<Partial<Record<Place, string>>> = {
  server: 'UI',
  jobs: 'nomad',
  clients: 'client',
};

/** The maximum number of evidence lines shown; `--json` has all. */
const MAX_EVIDENCE = 4;
/** The maximum length of a line shown: a log line may have thousands of characters. */
const MAX_LENGTH = 240;

/**
 * Returns the view of a build: its steps, where it is stuck, and why.
 *
 * @param place the flags that select the installation, each with a space in front
 */
export function buildView(report: BuildReport, place = ''): DetailView {
  const { build, state, notes } = report;
  const fields: Field[] = [
    { label: 'Build', value: build.name },
    ...(build.url === null ? [] : [{ label: 'URL', value: build.url }]),
    { label: 'State', value: stateText(report), tone: STATES[state] },
  ];
  return {
    blocks: [
      { kind: 'fields', fields },
      { kind: 'table', table: eraseTable(stepsTable(report)) },
      ...findingBlock(report, place),
      ...(notes.length > 0
        ? [{ kind: 'lines', wrap: true, lines: notes.map((note) => `Note: ${note}`) } as const]
        : []),
    ],
  };
}

/** Returns the steps as a table. */
export function stepsTable({
  steps,
  takenAt,
  pipeline,
}: Pick<BuildReport, 'steps' | 'takenAt' | 'pipeline'>): TableView<TimelineStep> {
  const parallel = new Set(steps.flatMap(({ task }) => task ?? [])).size > 0;
  const today = steps.every(({ at }) => at === null || dayOf(at) === dayOf(takenAt));
  const columns: readonly Column<TimelineStep>[] = [
    {
      key: 'at',
      title: 'TIME (UTC)',
      value: (one) => one.at,
      text: ({ at }) => timeText(at, today),
    },
    {
      key: 'sincePreviousMs',
      title: 'AFTER',
      align: 'right',
      value: (one) => one.sincePreviousMs,
      text: sinceText,
    },
    {
      key: 'place',
      title: 'STEP',
      value: (one) => one.place,
      text: ({ place }) => placeName(place, pipeline),
    },
    ...(parallel
      ? [{ key: 'task', value: (one: TimelineStep) => one.task, align: 'right' as const }]
      : []),
    {
      key: 'what',
      value: (one) => one.what,
      tone: (one) => (one.id === 'error' ? 'bad' : STEPS[one.state]),
      flexible: 'wrapped',
    },
    { key: 'id', wide: true, value: (one) => one.id },
    { key: 'state', wide: true, value: (one) => one.state },
    { key: 'where', wide: true, value: (one) => one.where },
    { key: 'clock', wide: true, value: (one) => one.clock },
  ];
  return { columns, rows: steps };
}

/** Returns a build's timeline as JSON. */
export function buildDocument(report: BuildReport) {
  const { installation, takenAt, pipeline, build, state, steps, stoppedAt, finding, notes } =
    report;
  const about = { installation, takenAt, pipeline, build, state, steps, stoppedAt };
  if (finding === null) return { ...about, finding, notes };
  const { fix, ...said } = finding;
  return { ...about, finding: { ...said, fixable: fix !== null }, notes };
}

function placeName(place: Place, pipeline: Pipeline): string {
  const stage = STAGES.find((one) => one === place);
  return stage === undefined ? (PLACES[place] ?? place) : nameOf(pipeline, stage);
}

function stateText({ state, stoppedAt, pipeline }: BuildReport): string {
  if (stoppedAt === null) return state;
  const { place, waitingMs, task } = stoppedAt;
  const since = waitingMs === null ? '' : ` for ${formatDuration(waitingMs)}`;
  const which = task === null ? '' : `, task ${task}`;
  return `${state}: stuck at ${placeName(place, pipeline)}${which}${since}`;
}

function findingBlock(
  { build, stoppedAt, finding, pipeline }: BuildReport,
  place: string,
): readonly DetailBlock[] {
  if (stoppedAt === null) return [];
  if (finding === null) {
    const lines = [
      `${placeName(stoppedAt.place, pipeline)}: ${stoppedAt.what}. No rule found a cause; run all checks:`,
      `  circleci-admin troubleshoot queue${place}`,
    ];
    return [{ kind: 'lines', title: 'Why', wrap: true, lines }];
  }
  const { code, title, evidence, remedy } = finding;
  const lines = [
    ...aboutFirst(evidence, build).slice(0, MAX_EVIDENCE).map(proofText),
    remedy.text,
    ...remedy.commands.map((command) => `  ${command}`),
    `See circleci-admin help ${code}`,
  ];
  return [{ kind: 'lines', title: `Why: ${code} ${title}`, wrap: true, lines }];
}

/** Puts evidence that names this build before that about other builds. */
function aboutFirst(evidence: readonly Proof[], { name, buildId }: BuildIdentity) {
  const isAbout = ({ text }: Proof): boolean =>
    text.includes(name) || (buildId !== null && text.includes(buildId));
  return [...evidence.filter(isAbout), ...evidence.filter((proof) => !isAbout(proof))];
}

function proofText(proof: Proof): string {
  const text = proof.kind === 'fact' ? proof.text : `${proof.pod} | ${readableLine(proof).text}`;
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`;
}

/** `09:00:00.129`, in UTC as in logs; with the day if a step was on another day than today. */
function timeText(at: Date | null, today: boolean): string {
  if (at === null) return '-';
  const time = at.toISOString().slice(11, 23);
  return today ? time : `${dayOf(at).slice(5)} ${time}`;
}

/** `2026-03-02`. */
function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function sinceText({ sincePreviousMs, approximate, state }: TimelineStep): string {
  const about = approximate ? '~' : '';
  if (sincePreviousMs === null) return about || '-';
  const late = state === 'stopped' || state === 'waiting' ? '+' : '';
  return `${late || about}${shortDuration(sincePreviousMs)}`;
}

function shortDuration(ms: Milliseconds): string {
  if (ms < 1_000) return `${ms}ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)}s`;
  return formatDuration(ms);
}
