import { expect, test } from 'vitest';
import { readFaultRule } from '../../../src/lib/sandbox/fault-rule.ts';
import { VerbArguments } from '../../../src/lib/sandbox/verb-arguments.ts';

test.each([
  [null, 'the body must be a JSON object'],
  [{}, 'the argument "fault" is missing'],
  [
    { fault: { kind: 'flood' } },
    'unknown fault "flood"; valid values are delay, reset, status, truncate, hang',
  ],
  [{ fault: { kind: 'delay' } }, 'the argument "ms" is missing'],
  [{ fault: { kind: 'delay', ms: '1' } }, 'the argument "ms" must be a number'],
  [
    { fault: { kind: 'status', status: 99 } },
    '99 is not an HTTP status that a fault can answer with',
  ],
  [
    { fault: { kind: 'hang' }, once: true },
    'there is no argument "once"; there are service, method, path, fault, times, after',
  ],
  [
    { fault: { kind: 'hang' }, path: '(' },
    expect.stringContaining('the path "(" is not a regular expression'),
  ],
])('rejects the rule %j from the wire', (body, message) => {
  expect(() => readFaultRule(new VerbArguments(body))).toThrow(
    expect.objectContaining({ kind: 'usage', code: 'BAD_VERB_ARGUMENTS', message }),
  );
});
