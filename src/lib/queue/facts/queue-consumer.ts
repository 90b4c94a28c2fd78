import type { Stage } from '../stages.ts';

/** Returns the stage that consumes a queue, according to the queue's name. */
export function consumerOf(queue: string): Stage | null {
  if (/usage/i.test(queue)) return 'legacy-dispatcher';
  if (/run-?_?queue|dispatch|distribut/i.test(queue)) return 'dispatcher';
  if (/nomad|task|schedul|(?<!machine[-_.]?)provision/i.test(queue)) return 'schedulerer';
  if (/output/i.test(queue)) return 'output-processor';
  return null;
}
