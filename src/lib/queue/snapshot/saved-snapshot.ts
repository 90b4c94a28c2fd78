import { AdminError } from '../../errors.ts';
import { objectOrNull } from '../../json-value.ts';
import { Masker } from '../../masking.ts';
import { redactLine } from '../../redact-line.ts';
import type { QueueSnapshot } from './snapshot.ts';
import { shapeFault } from './snapshot-shape.ts';

/** What a saved snapshot says that it is. */
const KIND = 'circleci-admin-queue-snapshot';
const FORMAT = 1;
const MOMENT = /(?:At|Until)$/;

/**
 * A snapshot as one JSON document, to be kept or sent to somebody. Secrets are taken out once more.
 *
 * @param masker knows the secrets of this installation
 */
export function encodeSnapshot(snapshot: QueueSnapshot, masker: Masker = new Masker()): string {
  const masked = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? redactLine(masker.mask(value)) : value;
  return `${JSON.stringify({ kind: KIND, ...snapshot }, masked, 2)}\n`;
}

/**
 * Reads a saved snapshot.
 *
 * @throws AdminError of kind `validation`: BAD_SNAPSHOT for anything else, with what is wrong and
 *   where; NEWER_SNAPSHOT for the format of a later version
 */
export function decodeSnapshot(saved: string): QueueSnapshot {
  const document = objectOrNull(parse(saved));
  if (document?.['kind'] !== KIND) throw bad('it does not say that it is one');
  const { kind: _kind, ...snapshot } = document;
  const { format } = snapshot;
  if (typeof format === 'number' && format > FORMAT) throw newer(format);
  const fault = shapeFault(snapshot);
  if (fault !== null) throw bad(fault);
  // Every field that is used was looked at.
  return snapshot as unknown as QueueSnapshot;
}

function parse(saved: string): unknown {
  try {
    return JSON.parse(saved, revive);
  } catch (error) {
    if (error instanceof SyntaxError) throw bad(`it is no whole JSON document (${error.message})`);
    throw error;
  }
}

/** A moment that is none stays a text, which the shape does not allow there. */
function revive(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !MOMENT.test(key)) return value;
  const moment = new Date(value);
  return Number.isNaN(moment.getTime()) ? value : moment;
}

function bad(why: string): AdminError {
  return new AdminError('validation', `this is no snapshot of a diagnosis: ${why}`, {
    code: 'BAD_SNAPSHOT',
    hint: 'Save one with: circleci-admin troubleshoot queue --save FILE',
  });
}

function newer(format: number): AdminError {
  return new AdminError(
    'validation',
    `the snapshot has format ${format}, and this version reads up to ${FORMAT}`,
    { code: 'NEWER_SNAPSHOT', hint: 'Install the newest version: npm install -g circleci-admin' },
  );
}
