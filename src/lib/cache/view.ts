import type { DetailView } from '../terminal/table.ts';
import { type CacheVerdict, megabytes } from './judge-size.ts';

/** Returns the view of a verdict. */
export function cacheView(verdict: CacheVerdict): DetailView {
  const good = verdict.verdict === 'ok';
  return {
    blocks: [
      {
        kind: 'fields',
        fields: [
          { label: 'Size', value: megabytes(verdict.sizeBytes) },
          { label: 'Limit', value: megabytes(verdict.limitBytes) },
          { label: 'Verdict', value: good ? 'ok' : 'too large', tone: good ? 'good' : 'bad' },
          { label: 'Why', value: verdict.explanation },
          ...(verdict.remedy === null ? [] : [{ label: 'Remedy', value: verdict.remedy }]),
        ],
      },
    ],
  };
}
