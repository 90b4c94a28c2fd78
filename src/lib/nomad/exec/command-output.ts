import { parseJsonArray } from '../../http/json-array.ts';
import { badAnswer, type NomadOperation, transportError } from '../http/errors.ts';

/**
 * Yields the items of a list that a nomad command prints as JSON. For an empty list, the output
 * depends on the version: an empty list, `null`, `No nodes registered`, or nothing at all.
 */
export async function* listItems(
  output: AsyncIterable<Uint8Array>,
  operation: NomadOperation,
): AsyncGenerator<unknown, void> {
  const pieces = output[Symbol.asyncIterator]();
  try {
    const begun: Uint8Array[] = [];
    let beginning = '';
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
      begun.push(next.value);
      beginning = (beginning + Buffer.from(next.value).toString('utf8', 0, 64)).trimStart();
      if (beginning.length >= 4) break;
    }
    if (/^(?:$|null|No )/.test(beginning)) return;
    yield* parseJsonArray(resume(begun, pieces), `nomad, asked to ${operation.action},`);
  } catch (error) {
    throw transportError(error, operation);
  } finally {
    await pieces.return?.();
  }
}

/**
 * Parses the JSON document that a nomad command prints.
 *
 * @throws AdminError of kind `service`, code NOMAD_BAD_ANSWER
 */
export function documentOf(output: string, operation: NomadOperation): unknown {
  try {
    return JSON.parse(output);
  } catch (error) {
    throw badAnswer(operation, 'is not complete JSON', error);
  }
}

async function* resume(
  begun: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  yield* begun;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
