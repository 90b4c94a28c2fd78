import { nameOf, type Stage } from '../stages.ts';
import type { QueueFacts } from './facts.ts';

/** What a stage is called in this installation: in titles, and as commands take it. */
export function called({ pipeline }: Pick<QueueFacts, 'pipeline'>, stage: Stage): string {
  return nameOf(pipeline, stage);
}

/** What takes the output of builds, in a sentence. */
export function theOutput(facts: Pick<QueueFacts, 'pipeline'>): string {
  const name = called(facts, 'output-processor');
  return name === 'output' ? 'the output service' : `the ${name}`;
}

/** What clients have to reach for it: from 4.3 on output goes by way of the server's address. */
export function outputWay({ pipeline }: Pick<QueueFacts, 'pipeline'>): string {
  return pipeline === 'distributor' ? "the server's web address" : 'port 8585';
}
