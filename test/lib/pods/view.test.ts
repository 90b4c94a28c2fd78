import { expect, it } from 'vitest';
import type { Pod } from '../../../src/lib/kubernetes/model.ts';
import { podRow } from '../../../src/lib/pods/list.ts';
import { podListView, reasonLines } from '../../../src/lib/pods/view.ts';
import { makeCatalogue } from '../../../src/lib/services/catalogue.ts';
import { renderTable } from '../../../src/lib/terminal/render-table.ts';
import { eraseTable } from '../../../src/lib/terminal/table.ts';
import { container, pod, termination } from './sample-pods.ts';

const NOW = new Date('2026-12-01T12:00:00Z');
const CONTEXT = { now: NOW, targetFlags: ' --namespace ci' };

function restarted(hoursAgo: number, rest: Parameters<typeof container>[0] = {}): Partial<Pod> {
  const finishedAt = new Date(NOW.getTime() - hoursAgo * 3_600_000);
  const lastTermination = termination({ reason: 'OOMKilled', exitCode: 137, finishedAt });
  return { containers: [container({ restarts: 4, lastTermination, ...rest })] };
}

const CRASHING = { ready: false, state: 'waiting', reason: 'CrashLoopBackOff' } as const;

function rowsOf(...pods: readonly Pod[]) {
  return pods.map((one) => podRow(one, makeCatalogue(), NOW));
}

it('fits the longest status into 80 columns, with the reason below the table', () => {
  const pods = rowsOf(
    pod({ name: `${'x'.repeat(29)}-abcde`, createdAt: NOW, ...restarted(174, CRASHING) }),
  );
  const summary = { pods: 1, ready: 0, completed: 0, notReady: 1 };
  const view = podListView({ namespace: 'circleci-server', summary, pods }, CONTEXT);
  const columns = view.columns.filter((column) => !column.wide);
  const table = eraseTable({ ...view, columns });
  const text = renderTable(table, { width: 80, color: false, wide: false });
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(text).toMatch(/CrashLoopBackOff +4 /);
  expect(table.footer).toEqual([
    `${'x'.repeat(29)}-abcde: container main terminates after every start, the last time with OOMKilled`,
    '',
    '0 of 1 pods ready in circleci-server, 1 not ready',
  ]);
});

it('mentions recent restarts, and a reason that several pods share only once', () => {
  const unscheduled = {
    phase: 'Pending',
    containers: [container({ ready: false, state: 'unknown' })],
    conditions: [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' },
    ],
  } as const;
  const rows = rowsOf(
    pod({ name: 'new', ...restarted(2) }),
    pod({ name: 'old', ...restarted(30) }),
    pod({ name: 'unready', ...restarted(30, { ready: false }) }),
    pod({ name: 'a', ...unscheduled }),
    pod({ name: 'b', ...unscheduled }),
  );
  expect(reasonLines(rows, CONTEXT)).toEqual([
    'new: restarted 4 times, after OOMKilled, 2h ago',
    'unready: container main runs, but its readiness check fails; restarted 4 times, after OOMKilled, 1d6h ago',
    'a, b: cannot be scheduled: 0/3 nodes',
  ]);
});

it('names only some of many pods with the same reason, so that it is not far from the first', () => {
  const lost = { nodeName: 'w-1', lostNode: { name: 'w-1', why: 'no contact' } };
  const pods = (...names: readonly string[]) =>
    rowsOf(...names.map((name) => pod({ name, ...lost })));
  expect(reasonLines(pods('a', 'b', 'c', 'd', 'e'), CONTEXT)).toEqual([
    'a, b, c, d, e: its node w-1 is lost (no contact)',
  ]);
  expect(reasonLines(pods('a', 'b', 'c', 'd', 'e', 'f'), CONTEXT)).toEqual([
    'a, b, c and 3 more pods: its node w-1 is lost (no contact)',
  ]);
});

it('does not repeat the status, and refers to the events or the log of a pod that is slow to start', () => {
  const starting = (minutes: number): Partial<Pod> => ({
    phase: 'Pending',
    createdAt: new Date(NOW.getTime() - minutes * 60_000),
    containers: [container({ ready: false, state: 'waiting', reason: 'ContainerCreating' })],
  });
  const rows = rowsOf(
    pod({ name: 'ending', deletedAt: NOW }),
    pod({ name: 'new', ...starting(1) }),
    pod({ name: 'hangs', ...starting(10) }),
    pod({ name: 'waits', ...starting(10), initContainers: [container({ ready: false })] }),
  );
  expect(reasonLines(rows, CONTEXT)).toEqual([
    'hangs: still ContainerCreating after 10m; its events may say why:',
    '  circleci-admin pods describe hangs --namespace ci',
    'waits: still Init:0/1 after 10m; its log may say why:',
    '  circleci-admin pods logs waits --namespace ci',
  ]);
});
