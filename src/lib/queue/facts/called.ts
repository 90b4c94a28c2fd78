import { nameOf, type Stage } from '../stages.ts';
import type { QueueFacts } from './facts.ts';

/** What a stage is called in this installation: in titles, and as commands take it. */
export function called({ pipeline }: Pick<QueueFacts, 'pipeline'>, stage: Stage): string {
  return nameOf(pipeline, stage);
}

/** The same at the beginning of a sentence: a service with the name of a thing is told from the thing. */
export function inSentence(facts: Pick<QueueFacts, 'pipeline'>, stage: Stage): string {
  const name = called(facts, stage);
  return name === 'output' ? 'the output service' : name;
}

/** The service that takes the output of builds, with its article. */
export function theOutput(facts: Pick<QueueFacts, 'pipeline'>): string {
  return facts.pipeline === 'distributor' ? 'the output service' : 'the output-processor';
}

/** What clients have to reach for it: from 4.3 on output goes by way of the server's address. */
export function outputWay({ pipeline }: Pick<QueueFacts, 'pipeline'>): string {
  return pipeline === 'distributor' ? "the server's web address" : 'port 8585';
}
