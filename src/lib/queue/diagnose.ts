import type { Diagnosis } from './diagnosis.ts';
import type { QueueFacts } from './facts/facts.ts';
import { factsOf } from './facts/facts-of.ts';
import { RULES } from './rules/index.ts';
import type { QueueSnapshot } from './snapshot/snapshot.ts';
import { notesOf } from './verdict/notes.ts';
import { orderFindings } from './verdict/order.ts';
import { stepsOf } from './verdict/steps.ts';
import { verdictOf } from './verdict/verdict.ts';

/** Says why builds are queued. Pure: the same snapshot is always judged alike. */
export function diagnose(snapshot: QueueSnapshot): Diagnosis {
  return diagnoseFacts(factsOf(snapshot));
}

/** As {@link diagnose}, where the facts were worked out already. */
export function diagnoseFacts(facts: QueueFacts): Diagnosis {
  const found = RULES.flatMap((rule) => rule.judge(facts));
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
