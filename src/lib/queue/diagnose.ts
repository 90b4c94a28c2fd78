import type { ChosenPipeline } from './choose-pipeline.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { QueueFacts } from './facts/facts.ts';
import { factsOf } from './facts/facts-of.ts';
import type { Finding } from './finding.ts';
import { RULES } from './rules/index.ts';
import type { QueueSnapshot } from './snapshot/snapshot.ts';
import { notesOf } from './verdict/notes.ts';
import { orderFindings } from './verdict/order.ts';
import { stepsOf } from './verdict/steps.ts';
import { verdictOf } from './verdict/verdict.ts';

/**
 * Diagnoses why builds are queued. Pure: equal snapshots give equal results.
 *
 * @param chosen the pipeline of the snapshot, if it is already known
 */
export function diagnose(snapshot: QueueSnapshot, chosen?: ChosenPipeline): Diagnosis {
  return diagnoseFacts(factsOf(snapshot, chosen));
}

/** As {@link diagnose}, from facts that have already been derived. */
export function diagnoseFacts(facts: QueueFacts): Diagnosis {
  const found: Finding[] = [];
  for (const rule of RULES) found.push(...rule.judge(facts, found));
  const findings = orderFindings(found, RULES);
  const { installation, takenAt, windowMs } = facts.snapshot;
  return {
    installation,
    takenAt,
    windowMs,
    pipeline: facts.pipeline,
    verdict: verdictOf(facts, findings),
    steps: stepsOf(facts, findings, RULES),
    findings,
    notes: notesOf(facts),
  };
}
