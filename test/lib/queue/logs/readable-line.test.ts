import { describe, expect, it } from 'vitest';
import { readableLine } from '../../../../src/lib/queue/logs/readable-line.ts';

const ID = '6007ca6352718c10b1227a57';

function readable(fields: object | string, time = '2026-03-02T09:00:00Z') {
  const text = typeof fields === 'string' ? fields : JSON.stringify(fields);
  return readableLine({ pod: 'distributor-1', time, text });
}

describe('a JSON record for people', () => {
  it('has its level, its message and the field that names the build by project and number', () => {
    const url = 'https://ci.example.com/gh/acme/web/26';
    const record = {
      ...{ level: 'info', time: '2026-03-02T09:00:00Z', logger: 'distributor-dispatcher' },
      ...{ msg: 'Build is using resource class', 'build-id': ID, 'build-url': url },
      'resource-class': `{:id "d1.medium"${' '.repeat(400)}}`,
    };
    expect(readable(record).text).toBe(`INFO Build is using resource class; build-url=${url}`);
  });

  it('has the ID of a build without a name, and no field if the message names the build', () => {
    expect(readable({ msg: 'taken', id: ID }).text).toBe(`taken; id=${ID}`);
    expect(readable({ msg: `taken: ${ID}`, id: ID }).text).toBe(`taken: ${ID}`);
  });

  it('has the error, or the first line of the stack trace', () => {
    const message = { level: 'error', msg: 'error posting task' };
    expect(readable({ ...message, error: 'connection refused' }).text).toBe(
      'ERROR error posting task; error=connection refused',
    );
    const trace = 'java.io.IOException: broken\n\tat a.b$c.invoke(b.clj:1)';
    expect(
      readable({ ...message, stacktrace: trace, task: `${ID}-0-build-acme-web-26` }).text,
    ).toBe(
      `ERROR error posting task; task=${ID}-0-build-acme-web-26; error=java.io.IOException: broken`,
    );
  });

  it('keeps the build behind a long message', () => {
    const { text } = readable({ msg: 'x'.repeat(900), build: 'build acme/web/26' });
    expect(text).toBe(`${'x'.repeat(160)}…; build=build acme/web/26`);
  });

  it('has its own time if the kubelet gave none', () => {
    const record = { msg: 'retrying', time: '2018-04-17T18:47:01Z' };
    expect(readable(record, '').time).toBe(record.time);
    expect(readable(record).time).toBe('2026-03-02T09:00:00Z');
    expect(readable({ msg: 'retrying', time: 'noon' }, '').time).toBe('');
  });
});

it('a record of another format is without its own time and its thread', () => {
  const said = 'INFO schedulerer.core got task message; task-name=x;';
  const line = `2026-03-02T09:00:00.129+0000 [] [pool-43-thread-13] ${said}`;
  expect(readable(line).text).toBe(said);
  expect(readable('Mar  2 09:00:00.129:+0000 INFO circle.backend forwarded').text).toBe(
    'INFO circle.backend forwarded',
  );
  // Without the kubelet's time, its own is the only one.
  expect(readable(line, '').text).toBe(line);
});

it('a line that is no record is unchanged', () => {
  for (const text of ['got task message; task-name=x;', '{:id "d1.medium"}', '{"level":"info"']) {
    expect(readable(text).text).toBe(text);
  }
});
