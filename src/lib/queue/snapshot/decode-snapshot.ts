import { safeParse } from 'valibot';
import { AdminError } from '../../errors.ts';
import { objectOrNull } from '../../json-value.ts';
import { SNAPSHOT_KIND } from './encode-snapshot.ts';
import { describeFault } from './schema/describe-fault.ts';
import { SNAPSHOT } from './schema/snapshot-schema.ts';
import type { QueueSnapshot } from './snapshot.ts';

/**
 * The newest format that can be read. An added field must be `optional` in the schema, with null
 * for older files; removing a field, or adding a value to a union, requires a new format.
 */
const FORMAT = 1;

/**
 * Parses a saved snapshot.
 *
 * @throws AdminError of kind `validation`: BAD_SNAPSHOT with what is wrong and where;
 *   NEWER_SNAPSHOT for the format of a later version
 */
export function decodeSnapshot(saved: string): QueueSnapshot {
  const document = objectOrNull(parse(saved));
  if (document?.['kind'] !== SNAPSHOT_KIND) throw bad('its kind is missing');
  const { kind: _kind, ...snapshot } = document;
  const { format } = snapshot;
  if (typeof format === 'number' && format > FORMAT) throw newer(format);
  const read = safeParse(SNAPSHOT, snapshot, { abortEarly: true });
  if (!read.success) throw bad(describeFault(read.issues[0]));
  return read.output;
}

function parse(saved: string): unknown {
  try {
    return JSON.parse(saved);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The parser's message quotes the document with its line breaks.
    throw bad(`it is not a complete JSON document (${error.message.replace(/\s+/g, ' ')})`);
  }
}

function bad(why: string): AdminError {
  return new AdminError('validation', `Not a saved diagnosis: ${why}`, {
    code: 'BAD_SNAPSHOT',
    hint: 'To save one: circleci-admin troubleshoot queue --save FILE',
  });
}

function newer(format: number): AdminError {
  return new AdminError(
    'validation',
    `The file has format ${format}, but this version reads formats up to ${FORMAT}`,
    { code: 'NEWER_SNAPSHOT', hint: 'Read it with a newer version of circleci-admin.' },
  );
}
