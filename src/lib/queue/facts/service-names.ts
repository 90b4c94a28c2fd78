import { nameOf, type Stage } from '../stages.ts';
import type { QueueFacts } from './facts.ts';

/** Returns the name of a stage in this installation, for titles and command lines. */
export function stageName({ pipeline }: Pick<QueueFacts, 'pipeline'>, stage: Stage): string {
  return nameOf(pipeline, stage);
}

/** Returns the name of a stage for use in a sentence, where `output` alone would be ambiguous. */
export function stageInSentence(facts: Pick<QueueFacts, 'pipeline'>, stage: Stage): string {
  const name = stageName(facts, stage);
  return name === 'output' ? 'the output service' : name;
}

/** Returns the name of the service that receives build output, with its article. */
export function outputServiceName(facts: Pick<QueueFacts, 'pipeline'>): string {
  return facts.pipeline === 'distributor' ? 'the output service' : 'the output-processor';
}

/**
 * Returns what clients must be able to reach. From 4.3 on, output is sent to the server's address.
 */
export function outputEndpoint({ pipeline }: Pick<QueueFacts, 'pipeline'>): string {
  return pipeline === 'distributor' ? "the server's web address" : 'port 8585';
}

/**
 * Returns a sentence on what a restart of the services before Nomad means for running builds. The
 * operations guide covers the services of 3.x; nothing is published on those of 4.3 and later.
 */
export function effectOnBuilds({ pipeline }: Pick<QueueFacts, 'pipeline'>): string {
  return pipeline === 'distributor'
    ? 'It is not documented whether running builds are affected.'
    : 'Running builds are not affected.';
}
