import type { TableView, Tone } from '../terminal/table.ts';
import type { BuildCaches, StepCache } from './build-caches.ts';
import { megabytes } from './judge-size.ts';

const VERDICTS: Readonly<
  Record<StepCache['verdict'], { readonly text: string; readonly tone: Tone }>
> = {
  ok: { text: 'ok', tone: 'good' },
  'too-large': { text: 'too large', tone: 'bad' },
  'no-cache': { text: 'no cache', tone: 'quiet' },
  unknown: { text: 'unknown', tone: 'warning' },
};

/** Returns the caches of a build as a table, with a row for each step of each task. */
export function cachesTable({ build, caches }: BuildCaches): TableView<StepCache> {
  return {
    columns: [
      { key: 'task', value: ({ task }) => task, align: 'right' },
      { key: 'step', title: '#', value: ({ step }) => step, align: 'right', wide: true },
      { key: 'name', title: 'STEP', value: ({ name }) => name, flexible: true },
      { key: 'action', value: ({ action }) => action, wide: true },
      { key: 'key', value: ({ key }) => key, flexible: true },
      {
        key: 'sizeBytes',
        title: 'SIZE',
        value: ({ sizeBytes }) => sizeBytes,
        text: ({ sizeBytes }) => (sizeBytes === null ? '-' : megabytes(sizeBytes)),
        align: 'right',
      },
      {
        key: 'verdict',
        value: ({ verdict }) => verdict,
        text: ({ verdict }) => VERDICTS[verdict].text,
        tone: ({ verdict }) => VERDICTS[verdict].tone,
      },
      {
        key: 'explanation',
        title: 'WHY',
        value: ({ explanation }) => explanation,
        wide: true,
        flexible: 'wrapped',
      },
    ],
    rows: caches,
    empty: `${build}: no steps that restore or save a cache`,
  };
}

/** Returns the notes below the table, each a sentence. */
export function cachesNotes({
  build,
  ended,
  caches,
  passedOver,
  undecided,
}: BuildCaches): readonly string[] {
  const groups = new Map<string, Set<string>>();
  for (const { name, verdict, explanation, remedy } of caches) {
    if (verdict === 'ok') continue;
    const text = remedy === null ? explanation : `${explanation} ${remedy}`;
    groups.set(text, (groups.get(text) ?? new Set()).add(name));
  }
  return [
    ...[...groups].map(([text, names]) => `${[...names].join(', ')}: ${text}`),
    ...(ended === false ? [`${build} is not finished: later steps are missing.`] : []),
    ...(passedOver > 0 ? [`Steps not read because there are too many: ${passedOver}.`] : []),
    ...(undecided > 0
      ? [`Steps with unreadable output that may also use a cache: ${undecided}.`]
      : []),
  ];
}
