import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildLog } from '../../../../src/lib/queue/build/build-log.ts';
import { BuildMatcher } from '../../../../src/lib/queue/build/build-matcher.ts';
import type { Stage } from '../../../../src/lib/queue/stages.ts';
import { redactLine } from '../../../../src/lib/redact-line.ts';

const ID = '6007ca6352718c10b1227a57';
const OTHER = '6007ca6352718c10b1227a99';
const CLOCK = { name: 'node of pod-1', aheadMs: 0 };

/** The operations guide's own samples. */
const LEGACY = [
  'Jan 20 06:14:59.119:+0000 INFO circle.backend.build.usage-queue got usage-queue event;',
  'Jan 20 06:14:59.129:+0000 INFO circle.backend.build.usage-queue forwarded to run-queue; build-name=circleci/realitycheck/21;',
  'Jan 20 06:14:59.129:+0000 INFO circle.backend.build.usage-queue publishing event;',
];
const DISPATCHER = [
  '2021-01-20T06:14:59.277+0000 [] [async-thread-macro-1] INFO picard-dispatcher.core popped build from build queue;',
  '2021-01-20T06:14:59.281+0000 [] [async-thread-macro-1] INFO circle.model.build Performed compression of config-str;',
  '2021-01-20T06:14:59.347+0000 [] [async-thread-macro-1] INFO picard-dispatcher.tasks Build agent image;',
  `2021-01-20T06:14:59.347+0000 [] [async-thread-macro-1] INFO picard-dispatcher.tasks Build is using resource class; build-id=${ID}; build-url =https://ci.example.com/gh/circleci/realitycheck/21; resource-class={:id "d1.medium", :availability :general, :ui {:cpu 2.0, :ram 4096, :class :medium, :name "Docker Medium"}, :outer {:cpu 2.0, :ram 4120}}; vcs-url=https://github.com/circleci/realitycheck; 2021-01-20T06:14:59.348+0000 [] [async-thread-macro-1] INFO picard-dispatcher.tasks Computed tasks; 2021-01-20T06:15:42.005+0000 [] [main] INFO picard-dispatcher.init Still running...; 2021-01-20T06:16:42.006+0000 [] [main] INFO picard-dispatcher.init Still running...;`,
];
const SCHEDULERER = [
  `2021-01-20T06:14:59.553+0000 [] [pool-43-thread-13] INFO schedulerer.core got task message; task-name=${ID}-0-build-circleci-realitycheck-21; task={:disk-mb 0, :task-id "${ID}-0-build", :name "${ID}-0-build-circleci/realitycheck/21", :event_processor_uri "http://output.prod.circleci.internal:8585", :executor "docker", :metadata {:build_url "https://ci.example.com/gh/circleci/realitycheck/21", :env "development", :debug false}, :cpus 2.0}; version=0.1.53171`,
  '2021-01-20T06:14:59.554+0000 [] [pool-43-thread-13] INFO schedulerer.scheduler posting task to nomad; 2021-01-20T06:14:59.567+0000 [] [pool-43-thread-13] INFO schedulerer.scheduler posted to nomad; 2021-01-20T06:15:07.896+0000 [] [main] INFO schedulerer.core Still running...;',
];

function read(stage: Stage, lines: readonly string[], matcher = matching()) {
  const log = new BuildLog(matcher, { stage, pod: 'pod-1', clock: CLOCK, redact: redactLine });
  for (const text of lines) log.take({ time: '2021-01-20T06:15:00.000000000Z', text });
  return log.records;
}

function matching(): BuildMatcher {
  return new BuildMatcher({ key: 'circleci-realitycheck-21', buildId: null, number: 21 });
}

describe('the log of one build', () => {
  it.each<[Stage, readonly string[], readonly string[]]>([
    ['legacy-dispatcher', LEGACY, ['got 59.119', 'forwarded 59.129']],
    ['dispatcher', DISPATCHER, ['popped 59.277', 'named 59.347', 'computed 59.348']],
    ['schedulerer', SCHEDULERER, ['got 59.553', 'posting 59.554', 'posted 59.567']],
  ])('is assembled from the records of its thread: %s', (stage, lines, expected) => {
    const records = read(stage, lines);
    expect(records.map(({ kind, at }) => `${kind} ${at?.toISOString().slice(17, 23)}`)).toEqual(
      expected,
    );
    expect(records.map(({ line }) => line.pod)).toEqual(expected.map(() => 'pod-1'));
  });

  it('reveals the ID in a line with both, and the task of a record', () => {
    const matcher = matching();
    read('dispatcher', DISPATCHER, matcher);
    expect(matcher.buildId).toBe(ID);
    const [record] = read(
      'output-processor',
      [
        `2021-01-20T06:15:01.000+0000 [] [g-1] INFO output.grpc task finished; task-name=${ID}-3-build`,
      ],
      matcher,
    );
    expect(record).toMatchObject({ kind: 'ended', task: 3 });
  });

  it('is redacted', () => {
    const [task = ''] = SCHEDULERER;
    const [record] = read('schedulerer', [task.replace(':debug false', ':token "s3cr3t-value"')]);
    expect(record?.kind).toBe('got');
    expect(JSON.stringify(record)).not.toContain('s3cr3t');
  });

  it('reveals project and number if only the ID is given', () => {
    const matcher = new BuildMatcher({ key: null, buildId: ID, number: null });
    read('schedulerer', SCHEDULERER, matcher);
    expect(matcher.key).toBe('circleci-realitycheck-21');
  });

  it('excludes another build on the same thread', () => {
    const others = SCHEDULERER.map((line) =>
      line.replaceAll(ID, OTHER).replaceAll('realitycheck-21', 'web-7').replaceAll('/21', '/7'),
    );
    const task = SCHEDULERER.slice(0, 1);
    expect(read('schedulerer', [...task, ...others]).map(({ kind }) => kind)).toEqual(['got']);
    expect(read('schedulerer', [...others, ...task]).map(({ kind }) => kind)).toEqual(['got']);
    expect(read('schedulerer', others)).toEqual([]);
  });

  it('includes an error of its thread, and one that names it', () => {
    const [task = ''] = SCHEDULERER;
    const failed =
      '2021-01-20T06:14:59.600+0000 [] [pool-43-thread-13] ERROR schedulerer.scheduler cannot post;';
    const named = `{"level":"error","msg":"no","build":"${ID}-0-build-circleci-realitycheck-21"}`;
    const elsewhere = failed.replace('thread-13', 'thread-14');
    const records = read('schedulerer', [task, elsewhere, failed, named]);
    expect(records.map(({ kind, message }) => [kind, message])).toEqual([
      ['got', expect.stringContaining('got task message')],
      ['error', 'cannot post;'],
      ['error', expect.stringContaining('no')],
    ]);
  });

  it('is the same whatever other lines come between', () => {
    const noise = fc.constantFrom(
      '2021-01-20T06:14:59.300+0000 [] [main] INFO picard-dispatcher.init Still running...;',
      `2021-01-20T06:14:59.300+0000 [] [other-2] INFO x.y took build; build-id=${OTHER}`,
      '2021-01-20T06:14:59.300+0000 [] [other-2] INFO picard-dispatcher.tasks Computed tasks;',
      'at java.lang.Thread.run(Thread.java:21)',
      '',
    );
    const gaps = fc.array(fc.array(noise, { maxLength: 5 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(gaps, (between) => {
        const lines = DISPATCHER.flatMap((line, at) => [...(between[at] ?? []), line]);
        expect(read('dispatcher', lines).map(({ kind }) => kind)).toEqual([
          ...['popped', 'named', 'computed'],
        ]);
      }),
    );
  });
});
