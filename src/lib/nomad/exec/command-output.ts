import { parseJsonArray } from '../../http/json-array.ts';
import { type Asked, badAnswer, transportError } from '../http/errors.ts';

/**
 * The items of a list that a nomad command printed as JSON. Where there are none, some versions
 * print an empty list, some `null`, some `No nodes registered`, and some nothing at all.
 */
export async function* listItems(
  output: AsyncIterable<Uint8Array>,
  asked: Asked,
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
    yield* parseJsonArray(resume(begun, pieces), `nomad, asked to ${asked.what},`);
  } catch (error) {
    throw transportError(error, asked);
  } finally {
    await pieces.return?.();
  }
}

/**
 * The one document that a nomad command printed as JSON.
 *
 * @throws AdminError of kind `service`, code NOMAD_BAD_ANSWER
 */
export function documentOf(output: string, asked: Asked): unknown {
  try {
    return JSON.parse(output);
  } catch (error) {
    throw badAnswer(asked, 'is not complete JSON', error);
  }
}

async function* resume(
  begun: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  yield* begun;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
