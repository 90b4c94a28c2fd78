import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLogFrames, type LogFrame } from '../../../../src/lib/nomad/http/log-frames.ts';
import { all, recordedText } from './recorded-nomad.ts';

describe('decodeLogFrames', () => {
  it('decodes the recorded frame', async () => {
    const frames = await all(
      decodeLogFrames(pieces([recordedText('http/logs-stderr-frames.json')])),
    );
    expect(frames).toEqual([
      {
        kind: 'chunk',
        chunk: {
          data: Buffer.from('agent finished\n'),
          file: 'alloc/logs/build-agent.stderr.0',
          offset: 15,
          event: null,
        },
      },
    ]);
  });

  it('does not depend on how the stream is split, even with braces and escapes in names', async () => {
    const frame = fc.record({
      Data: fc.uint8Array({ minLength: 1, maxLength: 40 }).map((data) => Buffer.from(data)),
      File: fc.constantFrom('a', 'b"}{', 'c\\', 'd\\"{', 'ü€😀'),
      Offset: fc.nat(),
    });
    const heartbeats = fc.nat(2);
    const cuts = fc.array(fc.nat(400), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { maxLength: 6 }),
        heartbeats,
        cuts,
        async (frames, beats, at) => {
          const text = frames
            .map((one) => JSON.stringify({ ...one, Data: one.Data.toString('base64') }))
            .join('{}'.repeat(beats));
          const got = await all(decodeLogFrames(pieces(split(Buffer.from(text), at))));
          expect(got).toEqual(
            frames.map((one) => ({
              kind: 'chunk',
              chunk: { data: one.Data, file: one.File, offset: one.Offset, event: null },
            })),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each<[string, readonly string[], readonly LogFrame[]]>([
    ['nothing', [], []],
    ['heartbeats', ['{}', '{', '}'], []],
    ['a file event', ['{"File":"f","FileEvent":"file deleted"}'], [chunk('', 'file deleted')]],
    [
      'an error after a frame, in pieces',
      ['{"Data":"YQ==","File":"f"}fai', 'led to list entries: ', '{"gone"}'],
      [chunk('a'), { kind: 'error', text: 'failed to list entries: {"gone"}' }],
    ],
    ['an immediate error', ['rpc error: x'], [{ kind: 'error', text: 'rpc error: x' }]],
    ['braces that are not JSON', ['{oops}'], [{ kind: 'error', text: '{oops}' }]],
    ['a truncated stream', ['{"Data":"YQ==","File":"f"}{"Da'], [chunk('a'), { kind: 'cut' }]],
  ])('decodes %s', async (_, text, expected) => {
    expect(await all(decodeLogFrames(pieces(text)))).toEqual(expected);
  });
});

function chunk(data: string, event: string | null = null): LogFrame {
  return { kind: 'chunk', chunk: { data: Buffer.from(data), file: 'f', offset: null, event } };
}

async function* pieces(texts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function split(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}
