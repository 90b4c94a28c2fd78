import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BencodeStream, encodeBencode } from '../../../../src/lib/server/nrepl/bencode-stream.ts';
import { cpuStopwatch } from '../../../support/cpu-time.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const message = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== '__proto__'),
  fc.oneof(text, fc.integer(), fc.array(text), fc.dictionary(fc.constantFrom('a', 'b'), text)),
);

describe('BencodeStream', () => {
  it('yields the same messages however the bytes are split', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
        (messages, sizes) => {
          const bytes = Buffer.concat(messages.map((one) => encodeBencode(one)));
          const stream = new BencodeStream();
          const found: unknown[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            found.push(...stream.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(found).toEqual(messages);
        },
      ),
    );
  });

  it('copies the bytes of a buffer that is reused', () => {
    const stream = new BencodeStream();
    const reused = Buffer.from('d1:a5:he');
    expect(stream.push(reused)).toEqual([]);
    reused.fill(0);
    expect(stream.push(Buffer.from('llo'))).toEqual([]);
    expect(stream.push(Buffer.from('e'))).toEqual([{ a: 'hello' }]);
  });

  it.each([
    ['HTTP/1.1 400 Bad Request\r\n', 'the byte 72 where a value begins'],
    ['ixe', 'the byte 120 in a number'],
    ['12x', 'the byte 120 in the length of a text'],
    ['99999999999:', 'a text of over 256 MiB'],
    ['999999999999999999999999999:', 'the byte 57 in the length of a text'],
    ['l'.repeat(65), 'a message with too many levels'],
    ['e', 'the byte 101 where a value begins'],
  ])('rejects %j at once with a reason', (bytes, what) => {
    expect(() => new BencodeStream().push(Buffer.from(bytes))).toThrow(
      expect.objectContaining({
        kind: 'service',
        code: 'REPL_SURPRISE',
        message: expect.stringContaining(what),
      }),
    );
  });

  it('decodes a 10 MB response in packets of 1 kB in linear time', () => {
    const bytes = encodeBencode({ value: 'x'.repeat(10_000_000) });
    const stream = new BencodeStream();
    const found: unknown[] = [];
    const stopwatch = cpuStopwatch();
    for (let at = 0; at < bytes.length; at += 1024) {
      found.push(...stream.push(bytes.subarray(at, at + 1024)));
    }
    // Decoding from the start at every packet would take minutes.
    expect(stopwatch()).toBeLessThan(10_000);
    expect(found).toEqual([{ value: expect.stringMatching(/^x{100}/) }]);
  });
});
