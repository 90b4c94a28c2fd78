import { createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NOWHERE, runCode } from '../../../../src/lib/repl/run-code.ts';
import { SandboxClock } from '../../../../src/lib/sandbox/clock.ts';
import { encodeBencode } from '../../../../src/lib/server/nrepl/bencode-stream.ts';
import { openSession, type ReplSession } from '../../../../src/lib/server/nrepl/client.ts';
import type { ReplEvent } from '../../../../src/lib/server/nrepl/messages.ts';
import { nreplRig } from '../../../support/nrepl.ts';

async function eventsOf(session: ReplSession, code: string): Promise<readonly ReplEvent[]> {
  const events: ReplEvent[] = [];
  for await (const event of session.evaluate(code)) events.push(event);
  return events;
}

/** Moves time once the other side has got a request. */
async function advanceAfter(rig: Awaited<ReturnType<typeof nreplRig>>, op: string, ms: number) {
  while (!rig.calls.recent().some(({ method }) => method === op)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await rig.clock.advance(ms);
}

describe('a session', () => {
  it('gives every value, what is printed, and the end, in their order', async () => {
    const session = await (await nreplRig()).session();
    expect(await eventsOf(session, '(println "a") (+ 1 2)')).toEqual([
      { type: 'out', text: 'a\n' },
      { type: 'value', text: 'nil', namespace: 'user' },
      { type: 'value', text: '3', namespace: 'user' },
      { type: 'done', interrupted: false },
    ]);
  });

  it('tells an exception by its class and its words', async () => {
    const session = await (await nreplRig()).session();
    const exception = 'class java.lang.Exception';
    expect(await eventsOf(session, '(throw (Exception. "boom"))')).toEqual([
      { type: 'err', text: 'Execution error at user/eval1 (REPL:1).\nboom\n' },
      { type: 'exception', exception, root: exception },
      { type: 'done', interrupted: false },
    ]);
  });

  it('keeps the answers of evaluations at once apart', async () => {
    const rig = await nreplRig([], { packetBytes: 3 });
    const [one, two] = [await rig.session(), await rig.session()];
    const ends = await Promise.all([
      runCode(one, '"a" "b"', NOWHERE),
      runCode(one, '"c"', NOWHERE),
      runCode(two, '"d"', NOWHERE),
    ]);
    expect(ends.map(({ values }) => values)).toEqual([['"a"', '"b"'], ['"c"'], ['"d"']]);
  });

  it('interrupts an evaluation when it is aborted, and goes on', async () => {
    const rig = await nreplRig();
    const session = await rig.session();
    const controller = new AbortController();
    const sink = { ...NOWHERE, out: async () => controller.abort() };
    const { signal } = controller;
    const end = await runCode(session, '(println 1) (Thread/sleep 9000) 2', sink, { signal });
    expect(end).toMatchObject({ interrupted: true, out: '1\n', values: ['nil'] });
    expect((await runCode(session, '3', NOWHERE)).values).toEqual(['3']);
  });

  it('interrupts what takes longer than its limit, and says so', async () => {
    const rig = await nreplRig();
    const session = await rig.session();
    const run = runCode(session, '(Thread/sleep 9000)', NOWHERE, { timeoutMs: 5_000 });
    await Promise.all([
      expect(run).rejects.toMatchObject({
        kind: 'timeout',
        code: 'REPL_TIMEOUT',
        message: 'The evaluation timed out after 5 s',
      }),
      advanceAfter(rig, 'eval', 5_000),
    ]);
    expect(rig.calls.recent().map(({ method }) => method)).toContain('interrupt');
  });

  it('does not wait for ever for an evaluation that cannot be interrupted', async () => {
    const rig = await nreplRig();
    const session = await rig.session();
    rig.faults.add({ service: 'nrepl', method: 'interrupt', fault: { kind: 'hang' } });
    const signal = AbortSignal.abort();
    const run = runCode(session, '(Thread/sleep 900000)', NOWHERE, { signal });
    await Promise.all([
      expect(run).rejects.toMatchObject({
        code: 'REPL_TIMEOUT',
        message: 'The evaluation was interrupted, but it does not end',
      }),
      advanceAfter(rig, 'interrupt', 5_000),
    ]);
  });

  it.each([['reset'], ['truncate']] as const)(
    'a connection that ends before the answer (%s) is told as such',
    async (kind) => {
      const rig = await nreplRig();
      const session = await rig.session();
      const fault = kind === 'reset' ? { kind } : { kind, bytes: 0 };
      rig.faults.add({ service: 'nrepl', method: 'eval', fault });
      await expect(eventsOf(session, '1')).rejects.toMatchObject({
        kind: 'service',
        code: 'REPL_LOST',
        hint: 'The code may have run. Check its effect before you run it again.',
      });
      // Nor does whatever follows wait.
      await expect(eventsOf(session, '1')).rejects.toMatchObject({ code: 'REPL_LOST' });
      await session.close();
    },
  );

  it('tells a refusal in the words of the REPL', async () => {
    const rig = await nreplRig();
    const session = await rig.session();
    rig.faults.add({ service: 'nrepl', method: 'eval', fault: { kind: 'status', status: 503 } });
    await expect(eventsOf(session, '1')).rejects.toMatchObject({
      code: 'REPL_ERROR',
      message: 'The REPL refused "eval": error, 503, done',
    });
  });

  it('closes its connection, and its session before', async () => {
    const rig = await nreplRig();
    const session = await rig.session();
    await session.close();
    expect(rig.calls.recent().map(({ method }) => method)).toEqual(['clone', 'close']);
    while (rig.nrepl.connections > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});

/** Something that answers whatever it gets with the same bytes. */
async function answering(bytes: Uint8Array): Promise<number> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', () => socket.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

describe('openSession', () => {
  it.each([
    ['an HTTP server', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'REPL_SURPRISE'],
    [
      'a refusal',
      encodeBencode({ id: '1', status: ['error', 'unknown-op', 'done'] }),
      'REPL_ERROR',
    ],
    ['no session', encodeBencode({ id: '1', status: ['done'] }), 'REPL_ERROR'],
  ])('does not take %s for an nREPL', async (_, bytes, code) => {
    const { connect } = await import('node:net');
    const socket = connect({ host: '127.0.0.1', port: await answering(bytes) });
    const clock = new SandboxClock({ rate: 0 });
    const opened = openSession(socket, { clock, requestTimeout: 1_000 });
    await expect(opened).rejects.toMatchObject({ kind: 'service', code });
    expect(socket.destroyed).toBe(true);
  });

  it('gives up on what says nothing', async () => {
    const clock = new SandboxClock({ rate: 0 });
    const opened = openSession(
      new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }),
      {
        clock,
        requestTimeout: 30_000,
      },
    );
    await Promise.all([
      expect(opened).rejects.toMatchObject({
        kind: 'timeout',
        code: 'REPL_TIMEOUT',
        message: 'The REPL timed out after 30 s',
      }),
      clock.advance(30_000),
    ]);
  });
});
