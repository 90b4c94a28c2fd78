import { describe, expect, it } from 'vitest';
import { digestAllLogs } from '../../../../src/lib/queue/logs/digest.ts';
import { GUIDE_LINES, SAMPLED_STAGES } from './guide-lines.ts';
import { digest, digestTexts, FRESH_MS, logOf, NOW, written } from './read-logs.ts';

const KEY = 'circleci-realitycheck-21';
const SCHEDULERER = '2021-01-20T06:14:59.600+0000 [] [pool-43-thread-13]';

describe("the guide's own samples", () => {
  it.each(SAMPLED_STAGES)('of %s are healthy, and name the build', (stage) => {
    const facts = digestTexts(stage, GUIDE_LINES[stage]);
    expect(facts).toMatchObject({ errors: [], events: 1, idle: false });
    expect([...facts.builds.keys()]).toEqual([KEY]);
    expect(facts.builds.get(KEY)).toMatchObject({ failed: false, posted: stage === 'schedulerer' });
  });

  it('distinguish heartbeats from work', () => {
    const beat = GUIDE_LINES.dispatcher[3].slice(-84);
    expect(beat).toMatch(/^2021-01-20T06:16:42/);
    const idle = digest('dispatcher', logOf('dispatcher', [written(80, beat), written(20, beat)]));
    expect(idle).toMatchObject({ idle: true, events: 0, lastEventAgeMs: null, errors: [] });
    expect(idle.pods[0]).toMatchObject({ lastBeatAgeMs: 20_000, lastBeat: { text: beat } });
    expect(digestTexts('dispatcher', GUIDE_LINES.dispatcher).pods[0]?.lastBeat?.text).toBe(beat);
  });

  it('contain the address of the output-processor', () => {
    const { outputAddress } = digestTexts('schedulerer', GUIDE_LINES.schedulerer);
    expect(outputAddress).toBe('output.ci.circleci.internal:8585');
  });
});

const FRAMES = [
  '\tat schedulerer.nomad$post_job.invokeStatic(nomad.clj:88)',
  '\tat clojure.core$apply.invokeStatic(core.clj:667)',
  '\tat java.base/java.lang.Thread.run(Thread.java:834)',
];
const REFUSED = 'java.net.ConnectException: Connection refused';

/** Name, lines, and the expected facts about the error. */
const ERRORS: readonly (readonly [string, readonly string[], object])[] = [
  ...['ERROR', 'FATAL', 'SEVERE', 'CRITICAL'].map(
    (level) =>
      [
        `the level ${level}`,
        [`${SCHEDULERER} ${level} schedulerer.scheduler could not post task;`],
        { level, namespace: 'schedulerer.scheduler', exception: null, frames: 0 },
      ] as const,
  ),
  [
    'a stack trace of Java',
    [
      `${SCHEDULERER} ERROR schedulerer.scheduler failed to post task; ${REFUSED}`,
      ...FRAMES,
      'Caused by: java.io.IOException: broken pipe',
      '\t... 12 more',
    ],
    {
      exception: 'java.net.ConnectException',
      causes: ['java.io.IOException: broken pipe'],
      frames: 5,
    },
  ],
  [
    'a report of Clojure that ends',
    [
      'Execution error (ConnectException) at java.net.PlainSocketImpl/socketConnect (PlainSocketImpl.java:-2).',
      'Connection refused (Connection refused)',
    ],
    { level: null, exception: 'ConnectException' },
  ],
  [
    'an exception on a line of its own',
    [`${SCHEDULERER} WARN schedulerer.scheduler something happened`, REFUSED, ...FRAMES],
    { level: 'WARN', exception: 'java.net.ConnectException', frames: 3 },
  ],
  [
    'an exception within a message at INFO',
    [`${SCHEDULERER} INFO schedulerer.scheduler posting task to nomad; ${REFUSED}`],
    { level: 'INFO', exception: 'java.net.ConnectException' },
  ],
  [
    'an exception of Clojure with its data',
    [
      `${SCHEDULERER} ERROR schedulerer.scheduler clj-http: status 500`,
      'clojure.lang.ExceptionInfo: clj-http: status 500 {:status 500, :body "No cluster leader"}',
      '\tat slingshot.support$stack_trace.invoke(support.clj:201)',
    ],
    { exception: 'clojure.lang.ExceptionInfo', frames: 1, count: 1 },
  ],
  [
    'an exception that Clojure prints as data',
    [
      `${SCHEDULERER} INFO schedulerer.core lost it #error {`,
      ' :cause "boom"',
      ' :trace [[a.b$c invoke "b.clj" 12]]}',
    ],
    { level: 'INFO', count: 1 },
  ],
  [
    'JSON',
    ['{"level":"error","logger":"schedulerer","msg":"cannot post","error":"connection refused"}'],
    { level: 'ERROR', namespace: 'schedulerer', message: 'cannot post' },
  ],
  [
    'JSON with a stack trace',
    [
      JSON.stringify({
        level: 'info',
        message: 'oops',
        stack_trace: `${REFUSED}\n${FRAMES.join('\n')}`,
      }),
    ],
    { level: 'INFO', exception: 'java.net.ConnectException', frames: 3 },
  ],
  ['JSON with a level of pino', ['{"level":50,"msg":"cannot post"}'], { level: 'ERROR' }],
  [
    'logfmt',
    ['time="2021-01-20T06:14:59Z" level=error msg="cannot post" task=3'],
    { level: 'ERROR', message: 'cannot post' },
  ],
  [
    "Kubernetes' own logger",
    ['E0120 06:14:59.277123       1 reflector.go:127] Failed to watch *v1.Pod'],
    { level: 'ERROR', namespace: 'reflector.go:127', message: 'Failed to watch *v1.Pod' },
  ],
  [
    'a panic of Go',
    [
      'panic: runtime error: index out of range',
      '',
      'goroutine 1 [running]:',
      'main.main()',
      '\t/app/main.go:12 +0x1d',
    ],
    { level: null, exception: 'panic', count: 1 },
  ],
  [
    'a traceback of Python',
    [
      'Traceback (most recent call last):',
      '  File "app.py", line 3, in <module>',
      '    main()',
      'ValueError: bad task',
    ],
    { exception: 'ValueError', count: 1 },
  ],
  [
    'a thread of Java that ends',
    [`Exception in thread "pool-1" ${REFUSED}`, ...FRAMES],
    { exception: 'java.net.ConnectException', frames: 3, count: 1 },
  ],
  [
    'a level in brackets',
    ['2021-01-20 06:14:59.277 [error] <0.123.0> closing connection'],
    { level: 'ERROR' },
  ],
  ['a level in front', ['ERROR: cannot post'], { level: 'ERROR', message: 'cannot post' }],
  ['a level in brackets in front', ['[FATAL] cannot post'], { level: 'FATAL' }],
];

describe('errors', () => {
  it.each(ERRORS)('are found as %s among healthy lines', (_name, lines, expected) => {
    const healthy = GUIDE_LINES.schedulerer;
    const facts = digestTexts('schedulerer', [...healthy, ...lines, ...healthy]);
    expect(facts.errors).toHaveLength(1);
    expect(facts.errors[0]).toMatchObject({ count: 1, ...expected });
    expect(facts.errors[0]?.lines[0]?.text).toBe(lines[0]);
  });

  it.each(
    SAMPLED_STAGES.flatMap((stage) =>
      ['ERROR', 'FATAL', 'SEVERE'].map((level) => [level, stage] as const),
    ),
  )("are found if the guide's lines have the level %s: %s", (level, stage) => {
    const lines = GUIDE_LINES[stage].map((line) => line.replace(' INFO ', ` ${level} `));
    const { errors, idle } = digestTexts(stage, lines);
    expect(errors.map((error) => error.level)).toEqual(lines.map(() => level));
    expect(idle).toBe(false);
  });

  it.each([
    `${SCHEDULERER} INFO schedulerer.core checked queue; errors=0`,
    `${SCHEDULERER} INFO com.rabbitmq.client.ErrorHandler registered`,
    `${SCHEDULERER} DEBUG org.apache.http.wire ${REFUSED}`,
    `${SCHEDULERER} WARN com.zaxxer.hikari.pool.HikariPool no error, but slow: ERROR budget is 3%`,
    `${SCHEDULERER} INFO schedulerer.nomad retrying after ${REFUSED} (attempt 1 of 5)`,
    `${SCHEDULERER} INFO schedulerer.nomad handler for java.net.ConnectException, java.io.IOException`,
    `${SCHEDULERER} INFO schedulerer.nomad fatal errors so far: none`,
    '{"level":"info","msg":"request","error":null,"errors":0}',
    '{"level":"warn","msg":"error fetching config, retrying","error":"unavailable"}',
    '{"msg":"done","error":"none"}',
    'time="2021-01-20T06:14:59Z" level=info msg="no error" err=0',
    'I0120 06:14:59.277123       1 main.go:3] error rate 0',
    'error handling is set up',
    'circle.run-queue.error,host=circleci-telegraf value=0i 1611123299000000000',
    '[12.345s][info][gc] GC(3) Pause Young (Normal) 24M->4M(256M) 3.456ms',
    'java.io.tmpdir is /tmp',
  ])('are not found in %s', (line) => {
    const healthy = GUIDE_LINES.schedulerer;
    expect(digestTexts('schedulerer', [...healthy, line, ...healthy]).errors).toEqual([]);
    expect(digestTexts('schedulerer', [line])).toMatchObject({ errors: [], events: 0, idle: true });
  });

  it('are not found in a thread dump', () => {
    const dump = [
      '"main" #1 prio=5 os_prio=0 tid=0x00007f nid=0x1 in Object.wait() [0x00007f]',
      '   java.lang.Thread.State: WAITING (on object monitor)',
      '\tat java.lang.Object.wait(Native Method)',
    ];
    const lines = [...GUIDE_LINES.schedulerer, ...dump, ...GUIDE_LINES.schedulerer];
    expect(digestTexts('schedulerer', lines).errors).toEqual([]);
  });

  it('of one kind are combined, with all builds and the newest lines', () => {
    const task = (number: number): string =>
      `6007ca6352718c10b1227a${number}-0-build-acme-web-${number}`;
    const lines = [10, 11, 12].flatMap((number) => [
      `${SCHEDULERER} ERROR schedulerer.scheduler failed to post task; task-name=${task(number)}; took ${number}ms`,
      ...FRAMES,
    ]);
    const { errors, builds } = digestTexts('schedulerer', lines);
    expect(errors).toMatchObject([
      { count: 3, frames: 9, builds: ['acme-web-10', 'acme-web-11', 'acme-web-12'] },
    ]);
    expect(errors[0]?.lines.map(({ text }) => text)).toEqual(lines.slice(-4));
    expect([...builds.values()].every(({ failed }) => failed)).toBe(true);
  });

  it('belong to the build that the same thread was working on', () => {
    const [got] = GUIDE_LINES.schedulerer;
    const other = got.replaceAll('21', '22').replaceAll('thread-13', 'thread-9');
    const failure = `${SCHEDULERER} ERROR schedulerer.scheduler could not post;`;
    const { errors, builds } = digestTexts('schedulerer', [got, other, failure]);
    expect(errors[0]?.builds).toEqual([KEY]);
    expect(builds.get(KEY)?.failed).toBe(true);
    expect(builds.get('circleci-realitycheck-22')?.failed).toBe(false);
  });

  it('keep their stack trace if another record comes between', () => {
    const noise = `${SCHEDULERER} INFO com.zaxxer.hikari.HikariPool stats`;
    const head = `${SCHEDULERER} ERROR schedulerer.scheduler could not post; ${REFUSED}`;
    const { errors } = digestTexts('schedulerer', [head, FRAMES[0] ?? '', noise, FRAMES[1] ?? '']);
    expect(errors).toMatchObject([{ frames: 2, count: 1 }]);
  });

  it('have recovered if another build leaves the stage, but not if one is only received', () => {
    const [got, posted] = GUIDE_LINES.schedulerer;
    const failure = `${SCHEDULERER} ERROR schedulerer.scheduler could not post;`;
    const next = (line: string): string =>
      line.replaceAll('21', '22').replaceAll('thread-13', 'thread-9');
    const lines = [written(100, got), written(99, failure), written(5, next(got))];
    const still = digest('schedulerer', logOf('schedulerer', lines));
    expect(still.errors).toMatchObject([{ recovered: false, lastAgeMs: 99_000 }]);
    const more = [...lines, written(4, next(posted))];
    expect(digest('schedulerer', logOf('schedulerer', more)).errors).toMatchObject([
      { recovered: true },
    ]);
    // In another pod, whose clock is ahead.
    const elsewhere = [written(5, next(got), 900_000), written(4, next(posted), 900_000)];
    const both = digest(
      'schedulerer',
      logOf('schedulerer', lines.slice(0, 2)),
      logOf('schedulerer', elsewhere, { pod: 'pod-2' }, 900_000),
    );
    expect(both.errors).toMatchObject([{ recovered: true }]);
  });

  it('are all that counts of the run before a restart', () => {
    const lines = [...GUIDE_LINES.schedulerer, `${SCHEDULERER} ERROR schedulerer.core out of it`];
    const before = lines.map((text, index) => written(300 - index, text));
    const facts = digest('schedulerer', logOf('schedulerer', before, { previous: true, fresh: 0 }));
    expect(facts).toMatchObject({ pods: [], events: 0, builds: new Map(), idle: false });
    expect(facts.errors).toMatchObject([{ count: 1, lastAgeMs: 298_000 }]);
  });
});

describe('other wordings', () => {
  it('still show which builds were processed and posted', () => {
    const { builds, events, errors } = digestTexts('schedulerer', [
      `${SCHEDULERER} INFO schedulerer.core task received: 6007ca6352718c10b1227a57-0-build-acme-web-12`,
      `${SCHEDULERER} INFO schedulerer.scheduler submitting it to Nomad`,
      `${SCHEDULERER} INFO schedulerer.scheduler Nomad accepted the job`,
    ]);
    expect({ events, errors }).toEqual({ events: 1, errors: [] });
    expect(builds.get('acme-web-12')).toMatchObject({ posted: true, failed: false });
  });

  it('count as a heartbeat if the main thread repeats them every minute', () => {
    const line =
      '2021-01-20T06:14:59.000+0000 [] [main] INFO picard-dispatcher.init all is well; up 71s';
    const lines = [170, 110, 50].map((ago) => written(ago, line));
    const [beating] = digest('dispatcher', logOf('dispatcher', lines)).pods;
    expect(beating).toMatchObject({ lastBeatAgeMs: 50_000 });
    const irregular = [170, 130, 50].map((ago) => written(ago, line));
    const [noisy] = digest('dispatcher', logOf('dispatcher', irregular)).pods;
    expect(noisy).toMatchObject({ lastBeatAgeMs: null, lastBeat: null });
  });

  it("with only a build ID are resolved by another stage's log", () => {
    const processed = '{"level":"info","msg":"step stored","build":"6007ca6352718c10b1227a57"}';
    const logs = [
      logOf('schedulerer', [written(30, GUIDE_LINES.schedulerer[0])]),
      logOf('output-processor', [written(20, processed)]),
    ];
    const all = digestAllLogs(logs, { now: NOW, freshMs: FRESH_MS });
    expect(all.get('output-processor')?.builds.get(KEY)).toMatchObject({ lastAgeMs: 20_000 });
    const alone = digestAllLogs(logs.slice(1), { now: NOW, freshMs: FRESH_MS });
    expect(alone.get('output-processor')).toMatchObject({ builds: new Map(), idle: true });
  });
});

describe('the reach of a log', () => {
  const lines = [written(600, 'INFO a'), written(10, 'INFO b')];
  const windowMs = 1_800_000;
  it.each([
    ['to its oldest line if older lines were cut off', { cut: true }, 600_000],
    ['through the whole window', {}, windowMs],
    ['to the start of its container', { startedAt: new Date(NOW.getTime() - 700_000) }, 700_000],
  ])('extends %s', (_name, more, expected) => {
    const all = digestAllLogs([logOf('dispatcher', lines, more)], {
      now: NOW,
      freshMs: FRESH_MS,
      windowMs,
    });
    expect(all.get('dispatcher')?.pods[0]?.reachesBackMs).toBe(expected);
  });
});
