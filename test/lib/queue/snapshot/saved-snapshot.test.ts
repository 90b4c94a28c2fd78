import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdminError } from '../../../../src/lib/errors.ts';
import { Masker } from '../../../../src/lib/masking.ts';
import { decodeSnapshot } from '../../../../src/lib/queue/snapshot/decode-snapshot.ts';
import { encodeSnapshot } from '../../../../src/lib/queue/snapshot/encode-snapshot.ts';
import type { QueueSnapshot, StageLog } from '../../../../src/lib/queue/snapshot/snapshot.ts';
import { snapshots } from '../support/arbitrary-snapshot.ts';

/** A snapshot that is the same in every run. */
const SAMPLE = fc.sample(snapshots, { seed: 7, numRuns: 1 })[0] as QueueSnapshot;

function refused(saved: string): unknown {
  try {
    return decodeSnapshot(saved);
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    const { kind, code, message } = error;
    return { kind, code, message };
  }
}

/** Returns the sample's document with a change. */
function changed(change: (document: Record<string, unknown>) => void): string {
  const document = JSON.parse(encodeSnapshot(SAMPLE));
  change(document);
  return JSON.stringify(document);
}

interface Place {
  readonly path: string;
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

/** Yields the place of every value in a document, with its path as in error messages. */
function* places(holder: object, before = ''): Generator<Place> {
  for (const [name, value] of Object.entries(holder)) {
    const plain = /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    const path = `${before}${Array.isArray(holder) ? `[${name}]` : plain}`.replace(/^\./, '');
    yield { path, holder: holder as Record<string, unknown>, name };
    if (typeof value === 'object' && value !== null) yield* places(value, path);
  }
}

/** Names in these are data: any may be present. */
const COUNTS = /\.(?:nodesAvailable|(?:class|constraint)Filtered|(?:class|dimension)Exhausted)[.[]/;
/** Fields that files of earlier versions lack. */
const ADDED = /\.(?:parallel|lostNode|blocksReplacement)$/;
const MANY = { numRuns: 15 };

describe('a saved snapshot', () => {
  it('is read back unchanged', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        expect(decodeSnapshot(encodeSnapshot(snapshot))).toEqual(snapshot);
      }),
    );
  });

  it('is rejected if any value has the wrong type, and the error names the value', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const document = JSON.parse(encodeSnapshot(snapshot));
        for (const { path, holder, name } of places(document)) {
          if (path === 'kind') continue;
          const value = holder[name];
          // This is no valid string, number, date or object, and no valid list of any kind.
          holder[name] = [[]];
          const fault = refused(JSON.stringify(document));
          holder[name] = value;
          const named = [`${path} is not `, `${path}[0] is not `].map((told) =>
            expect.stringContaining(`: ${told}`),
          );
          expect(named).toContainEqual((fault as AdminError).message);
        }
      }),
      MANY,
    );
  });

  it('is rejected if any field is missing, and the error names the field', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const document = JSON.parse(encodeSnapshot(snapshot));
        for (const { path, holder, name } of places(document)) {
          if (path === 'kind' || Array.isArray(holder)) continue;
          if (COUNTS.test(path) || ADDED.test(path)) continue;
          const { [name]: value } = holder;
          delete holder[name];
          const fault = refused(JSON.stringify(document));
          holder[name] = value;
          expect(fault).toMatchObject({ message: expect.stringMatching(/ is missing$/) });
          expect((fault as AdminError).message).toContain(`: ${path} is missing`);
        }
      }),
      MANY,
    );
  });

  it('is one document that states its kind', () => {
    const saved = encodeSnapshot(SAMPLE);
    expect(saved).toMatch(/^\{\n {2}"kind": "circleci-admin-queue-snapshot",\n {2}"format": 1,\n/);
    expect(saved.endsWith('}\n')).toBe(true);
  });

  it('is read if an earlier version saved it, without the fields that were added since', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const document = JSON.parse(encodeSnapshot(snapshot));
        for (const { path, holder, name } of [...places(document)]) {
          if (ADDED.test(path)) delete holder[name];
        }
        const { pods } = decodeSnapshot(JSON.stringify(document));
        for (const { judgement } of pods.status === 'known' ? pods.value : []) {
          expect(judgement).toMatchObject({ lostNode: null, blocksReplacement: false });
        }
      }),
      MANY,
    );
  });

  it('keeps fields that a later version has added', () => {
    const saved = changed((document) => Object.assign(document, { weather: { rain: true } }));
    expect(decodeSnapshot(saved)).toMatchObject({ weather: { rain: true } });
  });

  it('contains no secrets, whatever they were gathered with', () => {
    const masker = new Masker();
    masker.add('s3cr3t-value');
    const lines = [{ time: '', text: 'password=hunter2hunter2; saw s3cr3t-value' }];
    const value = { lines, cut: false, fresh: 0, startedAt: null };
    const log: StageLog = {
      stage: 'dispatcher',
      pod: 'dispatcher-1',
      container: 'dispatcher',
      previous: false,
      log: { status: 'known', value, tookMs: 1 },
    };
    const logs = [log];
    const saved = encodeSnapshot({ ...SAMPLE, logs }, masker);
    expect(saved).toContain('password=[secret]; saw [secret]');
    expect(saved).not.toMatch(/hunter2|s3cr3t/);
  });

  it.each([
    ['nothing', '', /not a complete JSON document/],
    ['a truncated document', encodeSnapshot(SAMPLE).slice(0, 400), /not a complete JSON document/],
    ['another document', '{"kind":"List","items":[]}', /its kind is missing/],
    ['a list', '[]', /its kind is missing/],
    [
      'a document with a missing part',
      changed((document) => delete document['pods']),
      /: pods is missing$/,
    ],
    [
      'a document with an invalid date',
      changed((document) => Object.assign(document, { takenAt: 'yesterday' })),
      /: takenAt is not a date$/,
    ],
    [
      'a document with an invalid pod',
      changed((document) =>
        Object.assign(document, { pods: { status: 'known', value: [7], tookMs: 1 } }),
      ),
      /: pods\.value\[0\] is not an object$/,
    ],
    [
      'a document with evidence of unknown status',
      changed((document) => Object.assign(document, { rabbitmq: { status: 'lost' } })),
      /: rabbitmq\.status is not one of known, failed, not-asked$/,
    ],
    [
      'a document without a format',
      changed((document) => Object.assign(document, { format: null })),
      /: format is not one of 1$/,
    ],
  ])('is not %s', (_, saved, message) => {
    expect(refused(saved)).toEqual({
      kind: 'validation',
      code: 'BAD_SNAPSHOT',
      message: expect.stringMatching(message),
    });
  });

  it('is reported on one line if it is truncated within a string', () => {
    expect(refused('{\n  "kind": circleci\n}')).toMatchObject({
      code: 'BAD_SNAPSHOT',
      message: expect.stringMatching(
        /: it is not a complete JSON document \(Unexpected token .*\)$/,
      ),
    });
  });

  it('is not read if it has the format of a later version', () => {
    expect(refused(changed((document) => Object.assign(document, { format: 2 })))).toEqual({
      kind: 'validation',
      code: 'NEWER_SNAPSHOT',
      message: 'The file has format 2, but this version reads formats up to 1',
    });
  });
});
