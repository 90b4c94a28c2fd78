import { describe, expect, it } from 'vitest';
import type { BuildFacts } from '../../../../src/lib/queue/build/build-facts.ts';
import { refuseUnknownTask } from '../../../../src/lib/queue/build/known-tasks.ts';
import { BLOCKED, facts, failed, job, known, POSTED, record, stage, ui } from './samples.ts';

const waiting = (task: number) => job('pending', [], BLOCKED, task);

function asked(task: number | null, more: Partial<BuildFacts>): () => void {
  const given = facts(300, more);
  return () => refuseUnknownTask({ ...given, build: { ...given.build, task } });
}

/** A schedulerer whose log names a task. */
function naming(task: number) {
  const records = [record('schedulerer', 'got', 0.5, { task })];
  const log = known({ records, reachesBackMs: 3_600_000 });
  return [...POSTED.slice(0, 2), stage('schedulerer', [], { log })];
}

/** The UI's entry with this number of tasks. */
function counting(parallel: number) {
  return known(ui({ parallel }));
}

describe('a parallel task', () => {
  it.each<[number, Partial<BuildFacts>, string]>([
    [1, { jobs: known([waiting(0)]) }, 'acme/web/21 has 1 task (0), and no task 1'],
    [3, { jobs: known([waiting(1), waiting(0)]) }, 'acme/web/21 has 2 tasks (0, 1), and no task 3'],
    [1, { jobs: known([]), stages: naming(0) }, 'acme/web/21 has 1 task (0), and no task 1'],
    [2, { jobs: known([]), ui: counting(2) }, 'acme/web/21 has 2 tasks (0, 1), and no task 2'],
    [2, { jobs: failed('it hangs'), ui: counting(1) }, 'acme/web/21 has 1 task (0), and no task 2'],
  ])('%i is rejected if the build does not have it', (task, more, message) => {
    expect(asked(task, more)).toThrow(
      expect.objectContaining({ kind: 'notFound', code: 'TASK_NOT_FOUND', message }),
    );
  });

  it.each<[string, number | null, Partial<BuildFacts>]>([
    ['no task is requested', null, { jobs: known([waiting(0)]) }],
    ['Nomad has it', 1, { jobs: known([waiting(0), waiting(1)]) }],
    ['a log names it', 1, { jobs: known([waiting(0)]), stages: naming(1) }],
    ['a later task is known', 1, { jobs: known([waiting(0), waiting(2)]) }],
    ['no task is known', 1, { jobs: known([]), stages: [] }],
    ['only the UI counts it', 1, { jobs: known([waiting(0)]), ui: counting(2) }],
    [
      'a log names more tasks than the UI',
      1,
      { jobs: known([]), stages: naming(1), ui: counting(1) },
    ],
    ['Nomad was not read', 1, { jobs: failed('it hangs'), stages: naming(0) }],
  ])('is followed if %s', (_why, task, more) => {
    expect(asked(task, more)).not.toThrow();
  });
});
