import { AdminError } from '../errors.ts';
import { ElementSplitter } from './element-splitter.ts';
import { excerpt } from './response.ts';
import { SeparatorSplitter } from './separator-splitter.ts';

/**
 * Yields the elements of a JSON array while its bytes arrive. Memory does not grow with the
 * document: the bytes are split between elements, and `JSON.parse` is called once per piece with
 * all elements that are complete.
 *
 * @param body the document in UTF-8, split at any byte
 * @param what names the request in an error, such as `GET /v1/nodes`
 * @throws AdminError of kind `service`, code BAD_ANSWER, if it is not an array or is truncated
 */
export async function* parseJsonArray(
  body: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<unknown, void, undefined> {
  const pieces = body[Symbol.asyncIterator]();
  const fast = new SeparatorSplitter();
  let beginning = '';
  let elements = 0;
  let lost = false;
  while (!lost) {
    const { value: piece, done } = await pieces.next();
    if (done) break;
    if (beginning.length < 200) beginning += Buffer.from(piece.subarray(0, 200)).toString();
    const cut = fast.push(piece);
    if (cut === null) continue;
    const parsed = cut === 'lost' ? null : parseArray(cut);
    if (parsed === null) {
      // The split was inside an element: undo it and continue with the exact cutter.
      lost = true;
      if (cut !== 'lost') fast.putBack(cut);
    } else {
      elements += parsed.length;
      yield* parsed;
    }
  }
  const exact = new ElementSplitter();
  const remaining = chain(fast.rest(), lost ? pieces : undefined);
  for await (const piece of remaining) {
    const whole = exact.push(piece);
    if (whole === null) continue;
    const parsed = parse(whole, { atLeast: 1, beginning, what });
    elements += parsed.length;
    yield* parsed;
  }
  const rest = exact.end();
  if (rest === null) throw cutOff(beginning, what);
  // At least one element must follow a comma.
  yield* parse(rest, { atLeast: elements > 0 ? 1 : 0, beginning, what });
}

async function* chain(
  first: Uint8Array,
  others: AsyncIterator<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  if (!others) return;
  for (;;) {
    const { value, done } = await others.next();
    if (done) return;
    yield value;
  }
}

function parseArray(bytes: Buffer): unknown[] | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return Array.isArray(value) && value.length > 0 ? value : null;
  } catch {
    return null;
  }
}

function parse(
  bytes: Buffer,
  expected: { readonly atLeast: number; readonly beginning: string; readonly what: string },
): unknown[] {
  let value: unknown;
  let cause: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    cause = error;
  }
  if (Array.isArray(value) && value.length >= expected.atLeast) return value;
  const problem = `is not a JSON array: ${excerpt(expected.beginning)}`;
  throw badAnswer(problem, expected.what, cause);
}

function cutOff(beginning: string, what: string): AdminError {
  return /^\s*(\[|$)/.test(beginning)
    ? badAnswer(beginning.trim() === '' ? 'is empty' : 'ends in the middle of its JSON', what)
    : badAnswer(`is not a JSON array: ${excerpt(beginning)}`, what);
}

function badAnswer(problem: string, what: string, cause?: unknown): AdminError {
  return new AdminError('service', `The response to ${what} ${problem}`, {
    code: 'BAD_ANSWER',
    hint: 'Check that the address is the right service, and run the command again.',
    cause,
  });
}
