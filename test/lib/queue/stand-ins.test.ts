import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/lib/queue/diagnose.ts';
import { GUIDE_LINES, SAMPLED_STAGES } from './logs/guide-lines.ts';
import { digestTexts } from './logs/read-logs.ts';
import { LOST, LOST_BEFORE_DISPATCHER, MINUTE } from './support/cases.ts';
import {
  adding,
  ago,
  beats,
  client,
  failed,
  healthyLogs,
  type Ill,
  inUi,
  listed,
  log,
  NO_UI,
  says,
  snapshot,
  sure,
  withLog,
} from './support/snapshot.ts';

/** An installation without server API, rabbitmqctl, and jobs in Nomad, which has deleted them. */
function bare(logs: Ill['logs']): Ill {
  return {
    server: NO_UI,
    rabbitmq: failed('EXEC_FAILED', 'exec: "rabbitmqctl": executable file not found in $PATH'),
    nomad: { jobs: sure([]), clients: sure([client('a')]) },
    ...(logs === undefined ? {} : { logs }),
  };
}

/** Stand-ins that print the guide's lines at these ages; the timestamps in them are of 2021. */
function printing(...ages: readonly number[]) {
  const startedAt = ago(Math.max(...ages) + 1_000);
  return SAMPLED_STAGES.map((stage) =>
    log(
      stage,
      ages.flatMap((age) => GUIDE_LINES[stage].map((text) => [age, text] as const)),
      { startedAt },
    ),
  );
}

const errorsOf = (ill: Ill): readonly string[] =>
  diagnose(snapshot(ill)).findings.flatMap(({ code, severity }) =>
    severity === 'error' ? [code] : [],
  );

describe('stand-ins that print the samples of the guide', () => {
  const every5s = Array.from({ length: 240 }, (_, at) => at * 5_000);
  test.each([
    ['just now', [2_000]],
    ['in a loop', every5s],
    ['every minute', Array.from({ length: 25 }, (_, at) => at * MINUTE)],
  ] as const)('%s have no finding', (_, ages) => {
    expect(diagnose(snapshot(bare(printing(...ages)))).findings).toEqual([]);
  });

  test.each([
    ['once, and sleep', [5 * MINUTE]],
    ['once, long ago', [25 * MINUTE]],
    ['for a while', every5s.map((age) => age + 6 * MINUTE)],
  ] as const)(
    '%s are silent, which is only a warning because the posted builds have left',
    (_, ages) => {
      const { findings, verdict } = diagnose(snapshot(bare(printing(...ages))));
      const found = findings.map(({ code, severity }) => `${code} ${severity}`).sort();
      expect(found).toEqual(['CQ0302 warning', 'CQ0402 warning']);
      expect(verdict.state).toBe('degraded');
    },
  );

  test('have no finding if they log nothing within the window', () => {
    const logs = SAMPLED_STAGES.map((stage) => log(stage, []));
    expect(diagnose(snapshot(bare(logs))).findings).toEqual([]);
  });

  test('do not blame a stage without log lines for builds that stop two stages before', () => {
    const logs = [
      log('legacy-dispatcher', says.legacy(LOST, 10 * MINUTE)),
      log('dispatcher', beats('dispatcher', 20 * MINUTE, 10 * MINUTE)),
      log('schedulerer', []),
    ];
    expect(errorsOf(bare(logs))).toEqual(['CQ0302', 'CQ0202']);
  });
});

const HEADS = {
  'legacy-dispatcher': 'Mar  2 08:00:00.119:+0000 WARN circle.backend.build.usage-queue',
  dispatcher: '2026-03-02T08:00:00.277+0000 [] [async-thread-macro-1] WARN picard-dispatcher.core',
  schedulerer: '2026-03-02T08:00:00.553+0000 [] [pool-43-thread-9] WARN schedulerer.scheduler',
} as const;
const CODES = {
  'legacy-dispatcher': 'CQ0201',
  dispatcher: 'CQ0301',
  schedulerer: 'CQ0401',
} as const;

const LOGS = {
  'legacy-dispatcher': [['legacy-dispatcher', says.legacy(LOST, 10 * MINUTE).slice(0, 1)]],
  dispatcher: [['legacy-dispatcher', says.legacy(LOST, 10 * MINUTE)]],
  schedulerer: [
    ['legacy-dispatcher', says.legacy(LOST, 10 * MINUTE)],
    ['dispatcher', says.dispatcher(LOST, 10 * MINUTE)],
  ],
} as const;

/** A stage that logs a line every two seconds for the last minutes. */
function nagging(stage: keyof typeof HEADS, said: string, times = 200): Ill {
  const nag = Array.from(
    { length: times },
    (_, at) => [at * 2_000, `${HEADS[stage]} ${said}`] as const,
  );
  const own = LOGS[stage].map(([name, entries]) => adding(name, entries));
  const names = new Set<string>([...own.map((one) => one.stage), stage]);
  const rest = healthyLogs().filter((one) => !names.has(one.stage));
  const before = own.filter((one) => one.stage !== stage);
  return { logs: [...before, adding(stage, nag), ...rest] };
}

describe('problems logged below the level ERROR', () => {
  const WORDS = [
    'Unable to take the next message; attempt 3',
    'failed to connect to mongodb:27017',
    'giving up after 5 attempts',
    'request to nomad: HTTP 503',
    'timed out after 5000 ms',
    'peer unreachable, will try later',
  ];
  const each = (['dispatcher', 'schedulerer', 'legacy-dispatcher'] as const).flatMap((stage) =>
    WORDS.map((said) => [stage, said] as const),
  );

  test.each(each)('are a finding in %s if builds wait: %s', (stage, said) => {
    const ill = {
      ...nagging(stage, said),
      server: { builds: listed(inUi(LOST, 'queued', 10 * MINUTE)) },
    };
    const [first] = diagnose(snapshot(ill)).findings;
    expect(first).toMatchObject({ code: CODES[stage], severity: 'error', causedBy: null });
    expect(first?.builds).toEqual([LOST]);
    expect(first?.title).toContain('repeated problems');
    const quoted = first?.evidence.flatMap((one) => (one.kind === 'line' ? one.text : []));
    expect(quoted).toContain(`${HEADS[stage]} ${said}`);
  });

  test.each(each)('are no finding in %s if no build waits: %s', (stage, said) => {
    const nag = Array.from(
      { length: 200 },
      (_, at) => [at * 2_000, `${HEADS[stage]} ${said}`] as const,
    );
    expect(diagnose(snapshot({ logs: withLog(adding(stage, nag)) })).findings).toEqual([]);
  });

  test('do not hide where a build was lost if they were logged only once or twice', () => {
    const nag = [0, 1].map((at) => [at * 2_000, `${HEADS.dispatcher} timed out`] as const);
    const logs = [LOST_BEFORE_DISPATCHER, adding('dispatcher', nag), ...healthyLogs().slice(2)];
    expect(errorsOf({ logs, server: { builds: listed(inUi(LOST, 'queued')) } })).toEqual([
      'CQ0202',
    ]);
  });
});

describe('formats of log lines', () => {
  const ESC = '\u001b';
  const AT = '2021-01-20T06:15:00.553+0000';
  test.each([
    ['a coloured level', `${AT} [] [pool-4] ${ESC}[1;31mERROR${ESC}[0;39m schedulerer.core oops`],
    ['a coloured line', `${ESC}[31m${AT} [] [pool-4] ERROR schedulerer.core oops${ESC}[0m`],
    ['a line end of Windows', `${AT} [] [pool-4] ERROR schedulerer.core oops\r`],
    ['the name before the level', '2021-01-20 06:15:00,553 - schedulerer.core - ERROR - oops'],
    ['seconds since 1970', '1611123300.553 ERROR schedulerer.core oops'],
  ])('an error is found with %s', (_, line) => {
    const { errors } = digestTexts('schedulerer', [...GUIDE_LINES.schedulerer, line]);
    expect(errors).toMatchObject([{ level: 'ERROR', namespace: 'schedulerer.core', count: 1 }]);
    expect(errors[0]?.lines[0]?.text).not.toMatch(/\p{Cc}/u);
  });

  test.each(SAMPLED_STAGES)(
    'the samples of %s are healthy with colours and CRLF line endings',
    (stage) => {
      const coloured = GUIDE_LINES[stage].map(
        (line) => `${line.replaceAll(' INFO ', ` ${ESC}[32mINFO${ESC}[0m `)}\r`,
      );
      const plain = digestTexts(stage, GUIDE_LINES[stage]);
      const facts = digestTexts(stage, coloured);
      expect(facts).toMatchObject({ errors: [], troubles: [], events: plain.events });
      expect([...facts.builds.keys()]).toEqual([...plain.builds.keys()]);
    },
  );
});
