import { describe, expect, it } from 'vitest';
import { type CacheOutput, CacheOutputReader } from '../../../src/lib/cache/read-output.ts';
import { timed } from '../../support/cpu-time.ts';

function read(text: string, cut = text.length): CacheOutput | null {
  const reader = new CacheOutputReader();
  for (let at = 0; at < text.length; at += cut) reader.push(text.slice(at, at + cut));
  return reader.end();
}

const FOUND = `Found a cache from build 9011 at v1-main-R_L+I72Po=
Size: 508 MiB
Cached paths:
  * /cache/docker.tar

Downloading cache archive...
Unarchiving cache...
`;
const SAVED = `Creating cache archive...
Warning: could not archive /home/circleci/.ccache - Not found
Uploading cache archive...
Stored Cache to v1-main-1648139534
  * /cache/docker.tar
Total size uploaded: 508 MiB
`;
const PRESENT = `Skipping cache generation, cache already exists for key: v1-main
Found one created at 2020-03-28 04:22:47 +0000 UTC
`;
const BYTES = 508 * 1024 ** 2;

describe('the output of a step', () => {
  it.each([1, 7, 1_000])('shows a found cache, in chunks of %i characters', (cut) => {
    expect(read(FOUND, cut)).toEqual({
      action: 'restore',
      key: 'v1-main-R_L+I72Po=',
      sizeBytes: BYTES,
      outcome: 'found',
    });
  });

  it.each([
    ['saved', SAVED, { action: 'save', key: 'v1-main-1648139534', sizeBytes: BYTES }],
    ['saved, by an older agent', SAVED.replace(/Total.*\n/, ''), { sizeBytes: null }],
    ['already present', PRESENT, { action: 'save', key: 'v1-main', outcome: 'present' }],
    ['not found', 'No cache is found for key: v1\n', { outcome: 'none', key: null }],
    ['found for its second key', `No cache is found for key: v1-x\n${FOUND}`, { outcome: 'found' }],
    ['found, in colours', FOUND.replace('Size', '\u001b[1mSize'), { sizeBytes: BYTES }],
    ['found, on Windows', FOUND.replaceAll('\n', '\r\n'), { sizeBytes: BYTES }],
    [
      'found, at the end of the output',
      FOUND.slice(0, FOUND.indexOf('\nCached')),
      { sizeBytes: BYTES },
    ],
    ['not stored', 'Creating cache archive...\nError uploading archive: x\n', { outcome: null }],
  ])('shows a cache that is %s', (_, text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  it.each([
    'Size: 900 MiB\n',
    'Total size uploaded: 900 MiB\n',
    'echo Found a cache from build\n',
    '',
  ])('shows no cache: %j', (text) => {
    expect(read(text)).toBeNull();
  });

  it('keeps only a limited part of a line', () => {
    const reader = new CacheOutputReader();
    const piece = 'x'.repeat(10_000);
    // Keeping the whole line would search it again for every chunk, which takes many seconds.
    const { cpuMs } = timed(() => {
      for (let at = 0; at < 2_000; at += 1) reader.push(piece);
    });
    expect(cpuMs).toBeLessThan(2_000);
    reader.push(`\n${FOUND}`);
    expect(reader.done).toBe(true);
  });
});
