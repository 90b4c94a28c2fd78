import { describe, expect, it } from 'vitest';
import { Masker } from '../../../../src/lib/masking.ts';
import { readContainerLog } from '../../../../src/lib/queue/gather/read-container-log.ts';
import { apiServer } from '../../kubernetes/api-server.ts';

const REQUEST = {
  pod: 'dispatcher-1',
  container: 'dispatcher',
  previous: false,
  startedAt: null,
  windowMs: 1_800_000,
  freshMs: 180_000,
};

/** Reads from an API server that responds with `log`; returns the result and the requests. */
async function read(
  log: (query: URLSearchParams) => string,
  request: Partial<typeof REQUEST> = {},
) {
  const asked: string[] = [];
  const client = await apiServer((incoming, response) => {
    const { searchParams } = new URL(incoming.url ?? '/', 'http://server');
    asked.push(
      ['previous', 'sinceSeconds', 'tailLines', 'limitBytes']
        .map((name) => searchParams.get(name) ?? '-')
        .join(' '),
    );
    response.end(log(searchParams));
  });
  const masker = new Masker();
  masker.add('s3cr3t-value');
  const { signal } = new AbortController();
  let heard = 0;
  const asking = {
    signal,
    onProgress: () => {
      heard += 1;
    },
  };
  const result = await readContainerLog(client, { ...REQUEST, ...request }, masker, asking);
  return { result, asked, heard };
}

const isFresh = (query: URLSearchParams): boolean => query.get('sinceSeconds') === '180';

describe('readContainerLog', () => {
  it('requests the window, then the start of the fresh lines', async () => {
    const lines = [
      '2026-03-02T08:40:00.1Z old',
      '2026-03-02T08:58:00.25Z fresh token=s3cr3t-value',
      '2026-03-02T10:59:00.123456789+02:00 fresher',
    ];
    const { result, asked, heard } = await read((query) =>
      (isFresh(query) ? lines.slice(1) : lines).map((line) => `${line}\n`).join(''),
    );
    expect(result).toEqual({
      lines: [
        { time: '2026-03-02T08:40:00.100000000Z', text: 'old' },
        { time: '2026-03-02T08:58:00.250000000Z', text: 'fresh token=[secret]' },
        { time: '2026-03-02T08:59:00.123456789Z', text: 'fresher' },
      ],
      cut: false,
      fresh: 2,
      startedAt: null,
    });
    expect(asked).toEqual(['- 1800 10000 16777216', '- 180 - 16384']);
    expect(heard).toBeGreaterThan(1);
  });

  it('counts no lines as fresh if the node sends none', async () => {
    const { result } = await read((query) => (isFresh(query) ? '' : '2026-03-02T08:40:00Z old'));
    expect(result).toMatchObject({ fresh: 0, lines: [{ text: 'old' }] });
  });

  it('requests the previous run', async () => {
    const { asked } = await read(() => '', { previous: true });
    expect(asked[0]).toBe('true 1800 10000 16777216');
  });

  it('keeps a continuation line without a timestamp, and drops messages of the kubelet', async () => {
    const { result } = await read((query) =>
      isFresh(query)
        ? ''
        : '2026-03-02T08:40:00Z first\nrest of it\r\nunable to retrieve container logs for containerd://0a1b',
    );
    expect(result.lines).toEqual([
      { time: '2026-03-02T08:40:00.000000000Z', text: 'first' },
      { time: '2026-03-02T08:40:00.000000000Z', text: 'rest of it' },
    ]);
  });

  it('reports that lines were cut off, and requests fewer lines at the byte limit', async () => {
    const line = `2026-03-02T08:40:00Z ${'x'.repeat(4_000)}\n`;
    const { result, asked } = await read((query) => {
      const limit = Number(query.get('limitBytes'));
      return line.repeat(Number(query.get('tailLines') ?? 1)).slice(0, limit);
    });
    expect(asked.map((one) => one.split(' ')[2])).toEqual(['10000', '2000', '-']);
    expect(result).toMatchObject({ cut: true, fresh: 2_000 });
    expect(result.lines).toHaveLength(2_000);
  });
});
