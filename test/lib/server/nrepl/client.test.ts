import { createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DISCARD, runCode } from '../../../../src/lib/repl/run-code.ts';
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

/** Advances the clock once the server has received a request. */
async function advanceAfter(rig: Awaited<ReturnType<typeof nreplRig>>, op: string, ms: number) {
  while (!rig.calls.recent().some(({ method }) => method === op)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await rig.clock.advance(ms);
}

describe('a session', () => {
  it('yields output, values and the end in order', async () => {
    const session = await (await nreplRig()).session();
    expect(await eventsOf(session, '(println "a") (+ 1 2)')).toEqual([
      { type: 'out', text: 'a\n' },
      { type: 'value', text: 'nil', namespace: 'user' },
      { type: 'value', text: '3', namespace: 'user' },
      { type: 'done', interrupted: false },
    ]);
  });

  it('reports an exception by its class and message', async () => {
    const session = await (await nreplRig()).session();
    const exception = 'class java.lang.Exception';
    expect(await eventsOf(session, '(throw (Exception. "boom"))')).toEqual([
      { type: 'err', text: 'Execution error at user/eval1 (REPL:1).\nboom\n' },
      { type: 'exception', exception, root: exception },
      { type: 'done', interrupted: false },
    ]);
  });

  it('keeps the replies of parallel evaluations apart', async () => {
    const rig = await nreplRig([], { packetBytes: 3 });
    const [one, two] = [await rig.session(), await rig.session()];
    const ends = await Promise.all([
      runCode(one, '"a" "b"', DISCARD),
      runCode(one, '"c"', DISCARD),
      runCode(two, '"d"', DISCARD),
    ]);
    expect(ends.map(({ values }) => values)).toEqual([['"a"', '"b"'], ['"c"'], ['"d"']]);
  });

  it('interrupts an evaluation on abort, and remains usable', async () => {
    const rig = await nreplRig();
    const session = await rig.session();
    const controller = new AbortController();
    const sink = { ...DISCARD, out: async () => controller.abort() };
    const { signal } = controller;
    const end = await runCode(session, '(println 1) (Thread/sleep 9000) 2', sink, { signal });
    expect(end).toMatchObject({ interrupted: true, out: '1\n', values: ['nil'] });
    expect((await runCode(session, '3', DISCARD)).values).toEqual(['3']);
  });

  it('interrupts an evaluation that exceeds its time limit, and reports it', async () => {
    const rig = await nreplRig();
    const session = await rig.session();
    const run = runCode(session, '(Thread/sleep 9000)', DISCARD, { timeoutMs: 5_000 });
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

  it('stops waiting for an evaluation that cannot be interrupted', async () => {
    const rig = await nreplRig();
    const session = await rig.session();
    rig.faults.add({ service: 'nrepl', method: 'interrupt', fault: { kind: 'hang' } });
    const signal = AbortSignal.abort();
    const run = runCode(session, '(Thread/sleep 900000)', DISCARD, { signal });
    await Promise.all([
      expect(run).rejects.toMatchObject({
        code: 'REPL_TIMEOUT',
        message: 'The evaluation was interrupted, but it does not end',
      }),
      advanceAfter(rig, 'interrupt', 5_000),
    ]);
  });

  it.each([['reset'], ['truncate']] as const)(
    'reports a connection that ends before the response (%s)',
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
      // Later evaluations fail at once, too.
      await expect(eventsOf(session, '1')).rejects.toMatchObject({ code: 'REPL_LOST' });
      await session.close();
    },
  );

  it('reports a refusal with the status of the REPL', async () => {
    const rig = await nreplRig();
    const session = await rig.session();
    rig.faults.add({ service: 'nrepl', method: 'eval', fault: { kind: 'status', status: 503 } });
    await expect(eventsOf(session, '1')).rejects.toMatchObject({
      code: 'REPL_ERROR',
      message: 'The REPL refused "eval": error, 503, done',
    });
  });

  it('closes first the session, then the connection', async () => {
    const rig = await nreplRig();
    const session = await rig.session();
    await session.close();
    expect(rig.calls.recent().map(({ method }) => method)).toEqual(['clone', 'close']);
    while (rig.nrepl.connections > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});

/** Starts a server that answers everything with the same bytes. */
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
  ])('rejects %s', async (_, bytes, code) => {
    const { connect } = await import('node:net');
    const socket = connect({ host: '127.0.0.1', port: await answering(bytes) });
    const clock = new SandboxClock({ rate: 0 });
    const opened = openSession(socket, { clock, requestTimeout: 1_000 });
    await expect(opened).rejects.toMatchObject({ kind: 'service', code });
    expect(socket.destroyed).toBe(true);
  });

  it('times out if there is no response', async () => {
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
