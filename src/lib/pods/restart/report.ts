import type { Milliseconds } from '../../clock.ts';
import type { RestartPlan } from './plan.ts';
import { type RestartEvent, type RestartOutcome, restartExitCode, targetName } from './restart.ts';

/** The result of a restart. Times in `Ms` are milliseconds. */
export interface RestartReport {
  readonly how: RestartPlan['how'];
  readonly targets: readonly {
    readonly target: string;
    readonly service: string | null;
    /** The pods whose replacement began. */
    readonly pods: readonly string[];
    /** Null if interrupted. */
    readonly outcome: RestartOutcome | null;
    readonly tookMs: Milliseconds | null;
    readonly problem: string | null;
  }[];
  readonly exitCode: number;
}

/** Builds the report from the events of a restart. */
export function reportRestart(plan: RestartPlan, events: readonly RestartEvent[]): RestartReport {
  const begins = events.flatMap((event) => (event.type === 'begun' ? event : []));
  const ends = events.flatMap((event) => (event.type === 'ended' ? event : []));
  const targets = plan.targets.map((target) => {
    const name = targetName(target);
    const end = ends.find((event) => event.target === name);
    const begun = begins.find((event) => event.target === name);
    return {
      target: name,
      service: target.service,
      pods: begun?.pods ?? [],
      outcome: end?.outcome ?? null,
      tookMs: end?.tookMs ?? null,
      problem: end?.problem ?? null,
    };
  });
  return { how: plan.how, targets, exitCode: restartExitCode(ends.map(({ outcome }) => outcome)) };
}
