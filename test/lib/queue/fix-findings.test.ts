import { expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import type { RestartClient } from '../../../src/lib/pods/restart/restart.ts';
import { diagnose } from '../../../src/lib/queue/diagnose.ts';
import type { Diagnosis } from '../../../src/lib/queue/diagnosis.ts';
import { fixable, fixFindings, isFixProved } from '../../../src/lib/queue/fix-findings.ts';
import { LOST, LOST_BEFORE_DISPATCHER, MINUTE } from './support/cases.ts';
import {
  beats,
  healthyLogs,
  inUi,
  listed,
  log,
  NO_UI,
  says,
  snapshot,
  withLog,
} from './support/snapshot.ts';

/** A build was lost between the dispatchers, and only the logs can be read. */
const before = diagnose(snapshot({ logs: withLog(LOST_BEFORE_DISPATCHER), server: NO_UI }));

/** Returns a diagnosis after both dispatchers were replaced, with new logs. */
function renewed(server: object, dispatcher = beats('dispatcher', 20_000)): Diagnosis {
  const logs = [
    log('legacy-dispatcher', []),
    log('dispatcher', dispatcher),
    ...healthyLogs().slice(2),
  ];
  return diagnose(snapshot({ logs, server }));
}

const silent = renewed(NO_UI);
const proved = renewed(NO_UI, [...says.dispatcher('acme/web/43', 2_000)]);

/** Returns the events of `fixFindings` for a series of diagnoses. */
async function fixEvents(looks: readonly Diagnosis[]) {
  const left = [...looks];
  let now = 0;
  const clock: Clock = {
    now: () => new Date(now),
    sleep: async (ms) => {
      now += ms;
    },
  };
  const plan = { how: 'delete', targets: [], runningBuilds: 0 } as const;
  const look = async (): Promise<Diagnosis> => left.shift() ?? silent;
  const { signal } = new AbortController();
  const options = { clock, signal, detach: false, timeoutMs: MINUTE, settleMs: MINUTE };
  const events = [];
  for await (const event of fixFindings(
    {} as RestartClient,
    plan,
    fixable(before),
    look,
    options,
  )) {
    if (event.type === 'settling') expect(now).toBe(0);
    events.push(event.type === 'again' ? `again ${event.codes.join()}` : event.type);
  }
  return events;
}

it('does not accept the empty log of a new pod as proof that builds get through', async () => {
  expect(before.findings.map(({ code }) => code)).toEqual(['CQ0202']);
  expect(silent.findings).toEqual([]);
  expect(isFixProved(fixable(before), silent)).toBe(false);
  expect(await fixEvents([silent, silent, proved])).toEqual([
    'settling',
    'again ',
    'again ',
    'looked',
  ]);
  expect((await fixEvents([])).at(-1)).toBe('looked');
});

it('accepts a build in the new log, or the UI, as proof that builds get through', () => {
  expect(isFixProved(fixable(before), proved)).toBe(true);
  const builds = listed(inUi(LOST, 'success'));
  expect(isFixProved(fixable(before), renewed({ builds }))).toBe(true);
});
