import type { Evaluation } from '../model.ts';

/** Evaluations, the newest first: by Raft index, which never lies, then by time. */
export function newestFirst(evaluations: readonly Evaluation[]): readonly Evaluation[] {
  return [...evaluations].sort(
    (a, b) =>
      (b.createIndex ?? 0) - (a.createIndex ?? 0) ||
      (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0),
  );
}

/** The newest evaluation that names placement failures. */
export function newestWithFailures(ordered: readonly Evaluation[]): Evaluation | undefined {
  return ordered.find((evaluation) => evaluation.failures.length > 0);
}
