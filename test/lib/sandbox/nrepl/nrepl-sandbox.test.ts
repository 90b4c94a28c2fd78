import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { DISCARD, runCode } from '../../../../src/lib/repl/run-code.ts';
import { encodeBencode } from '../../../../src/lib/server/nrepl/bencode-stream.ts';
import { nreplRig } from '../../../support/nrepl.ts';

/** The expected values are the responses of Clojure 1.11 with nREPL 1.0 to the same code. */
describe('the simulated nREPL', () => {
  it.each([
    ['(+ 1 2) (println "x") :k', ['3', 'nil', ':k'], 'x\n', '', null],
    ['"a\\"\\n" [nil true] {:a 1}', ['"a\\"\\n"', '[nil true]', '{:a 1}'], '', '', null],
    ["(some? (resolve 'no.such.ns/fn!))", ['false'], '', '', null],
    ["'(a b)", ['(a b)'], '', '', null],
    ['(def x 2) (* x 21)', ["#'user/x", '42'], '', '', null],
    [
      '(throw (Exception. "boom"))',
      [],
      '',
      'Execution error at user/eval1 (REPL:1).\nboom\n',
      'class java.lang.Exception',
    ],
    [
      'nosuch :on',
      [':on'],
      '',
      'Syntax error compiling at (REPL:1:1).\nUnable to resolve symbol: nosuch in this context\n',
      'class clojure.lang.Compiler$CompilerException',
    ],
    ['(map :login (circle.model.user/where {} :only [:login]))', ['("ada" "bob")'], '', '', null],
  ])('%s', async (code, values, out, err, exception) => {
    const session = await (await nreplRig(['ada', 'bob'])).session();
    const end = await runCode(session, code, DISCARD);
    expect(end).toMatchObject({ values, out, err, exception });
  });

  it('reads requests split at any byte, and rejects an unknown session', async () => {
    const rig = await nreplRig();
    const socket = connect({ host: '127.0.0.1', port: rig.nrepl.port ?? 0, noDelay: true });
    let heard = '';
    socket.on('data', (chunk) => {
      heard += String(chunk);
    });
    const requests = [
      { op: 'clone', id: '1' },
      { op: 'eval', id: '2', session: 'nosuch', code: '1' },
      { op: 'describe', id: '3' },
    ];
    for (const byte of Buffer.concat(requests.map(encodeBencode))) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    while (!heard.includes('version-string')) await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toMatch(/2:id1:111:new-session36:/);
    expect(heard).toContain('15:unknown-session');
    socket.destroy();
  });

  it('delays evaluations by the configured sandbox time', async () => {
    const rig = await nreplRig([], { delayMs: 4_000 });
    const session = await rig.session();
    let ended = false;
    const run = runCode(session, '1', DISCARD).then((end) => {
      ended = true;
      return end;
    });
    while (!rig.calls.recent().some(({ method }) => method === 'eval')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await rig.clock.advance(3_999);
    expect(ended).toBe(false);
    await rig.clock.advance(1);
    expect((await run).values).toEqual(['1']);
  });
});
