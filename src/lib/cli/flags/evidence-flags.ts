import type { Milliseconds } from '../../clock.ts';
import { durationFlag, Flags } from '../oclif.ts';

/** Returns the flag `--since`: how far back logs are read. */
export function sinceFlag(summary: string, byDefault: Milliseconds) {
  return durationFlag({ summary, default: byDefault, min: 1_000 });
}

/** The flag `--limit`: a service that takes longer is reported as not responding. */
export const limitFlag = durationFlag({
  summary: 'longest wait for one service (default 10s)',
  default: 10_000,
  min: 100,
});

/** The flags to save what a diagnosis has read, and to diagnose from it. */
export const snapshotFlags = {
  save: Flags.string({
    summary: 'save what was read to FILE',
    helpValue: 'FILE',
    exclusive: ['from'],
  }),
  from: Flags.string({
    summary: 'diagnose from a saved file; - for standard input',
    helpValue: 'FILE',
  }),
};
