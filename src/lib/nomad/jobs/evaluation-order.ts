import type { Evaluation } from '../model.ts';

/** Sorts evaluations, newest first: by Raft index, which is always reliable, then by time. */
export function newestFirst(evaluations: readonly Evaluation[]): readonly Evaluation[] {
  return [...evaluations].sort(
    (a, b) =>
      (b.createIndex ?? 0) - (a.createIndex ?? 0) ||
      (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0),
  );
}

/** Returns the newest evaluation with placement failures. */
export function newestWithFailures(ordered: readonly Evaluation[]): Evaluation | undefined {
  return ordered.find((evaluation) => evaluation.failures.length > 0);
}
