import { describe, expect, it } from 'vitest';
import { parseList } from '../../../src/lib/rabbitmq/parse-list.ts';

const COLUMNS = ['name', 'messages', 'messages_unacknowledged', 'consumers'];
const ROWS = [
  { name: 'build.run-queue', messages: '12', messages_unacknowledged: '3', consumers: '1' },
  { name: 'usage queue', messages: '0', messages_unacknowledged: '0', consumers: '2' },
];
const TABBED = 'build.run-queue\t12\t3\t1\nusage queue\t0\t0\t2\n';
const HEADERS = `${COLUMNS.join('\t')}\n`;

describe('parseList', () => {
  it.each([
    ['of 3.6 with -q', TABBED],
    ['of 3.8 and later with -q', HEADERS + TABBED],
    [
      'with the status lines of 3.8',
      `Timeout: 60.0 seconds ...\nListing queues for vhost / ...\n${HEADERS}${TABBED}`,
    ],
    ['of versions before 3.7', `Listing queues ...\n${TABBED}...done.\n`],
    ['with carriage returns', (HEADERS + TABBED).replaceAll('\n', '\r\n')],
    [
      'as JSON',
      '[\n{"name":"build.run-queue","messages":12,"messages_unacknowledged":3,"consumers":1}\n,{"name":"usage queue","messages":0,"messages_unacknowledged":0,"consumers":2}\n]\n',
    ],
    [
      'as JSON with status lines',
      'Timeout: 60.0 seconds ...\nListing queues for vhost / ...\n[{"name":"build.run-queue","messages":12,"messages_unacknowledged":3,"consumers":1},{"name":"usage queue","messages":0,"messages_unacknowledged":0,"consumers":2}]',
    ],
  ])('parses a list %s', (_, output) => {
    expect(parseList(output, COLUMNS)).toEqual(ROWS);
  });

  it.each([
    ['nothing', ''],
    ['only headers', HEADERS],
    ['an empty JSON list', '[]'],
    ['only status lines', 'Timeout: 60.0 seconds ...\nListing queues for vhost / ...\n'],
  ])('parses %s as no rows', (_, output) => {
    expect(parseList(output, COLUMNS)).toEqual([]);
  });

  it('returns null for the missing columns of a queue that is down', () => {
    expect(parseList('lost\t\t\t\n', COLUMNS)).toEqual([
      { name: 'lost', messages: null, messages_unacknowledged: null, consumers: null },
    ]);
  });

  it('parses a single column with spaces in the values', () => {
    expect(parseList('name\n/\nmy vhost\n', ['name'])).toEqual([
      { name: '/' },
      { name: 'my vhost' },
    ]);
  });
});
