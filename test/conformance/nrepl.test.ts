import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DISCARD, runCode } from '../../src/lib/repl/run-code.ts';
import { openSession, type ReplSession } from '../../src/lib/server/nrepl/client.ts';
import { deleteByRepl, loginsByRepl } from '../../src/lib/server/nrepl/users-by-repl.ts';
import { systemClock } from '../../src/lib/terminal/system-clock.ts';
import { type ClojureServer, classPath, startClojure } from './clojure.ts';

const { path, missing } = classPath();
if (path === null) process.stderr.write(`skipped: no Clojure with nREPL (${missing} is missing)\n`);

let clojure: ClojureServer;
const proxies: Server[] = [];

async function session(port = clojure.port): Promise<ReplSession> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  return openSession(socket, { clock: systemClock, requestTimeout: 20_000 });
}

/** Starts a proxy that passes on the server's bytes in pieces of the given sizes, in turn. */
async function choppingProxy(sizes: readonly number[]): Promise<number> {
  const server = createServer((client: Socket) => {
    const upstream = connect({ host: '127.0.0.1', port: clojure.port });
    let turn = 0;
    client.setNoDelay(true);
    client.pipe(upstream);
    client.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    void (async () => {
      for await (const chunk of upstream as AsyncIterable<Buffer>) {
        let at = 0;
        while (at < chunk.length) {
          const size = sizes[turn % sizes.length] ?? 1;
          turn += 1;
          client.write(chunk.subarray(at, at + size));
          at += size;
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      client.end();
    })().catch(() => client.destroy());
  });
  proxies.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
  return address.port;
}

describe.skipIf(path === null)('a real Clojure nREPL', () => {
  beforeAll(async () => {
    clojure = await startClojure(path ?? '');
  });

  afterAll(() => {
    for (const proxy of proxies) proxy.close();
    clojure.stop();
  });

  test('lists logins, deletes one, and no longer lists it', async () => {
    const repl = await session();
    const before = await loginsByRepl(repl);
    expect(before).toHaveLength(501);
    await deleteByRepl(repl, 'person-7');
    expect(await loginsByRepl(repl)).toEqual(before.filter((login) => login !== 'person-7'));
    await repl.close();
  });

  test('an exception of the function is reported with its message', async () => {
    const repl = await session();
    await expect(deleteByRepl(repl, 'guarded')).rejects.toMatchObject({
      kind: 'service',
      code: 'REPL_ERROR',
      message: expect.stringContaining('guarded cannot be deleted'),
    });
    await repl.close();
  });

  test('the output, values and exceptions of several forms arrive in order', async () => {
    const repl = await session();
    const told: string[] = [];
    const end = await runCode(repl, '(println "ä€𝄞") (+ 1 2) [:a nil] (/ 1 0) :on', {
      out: async (text) => void told.push(`out ${text}`),
      err: async (text) => void told.push(`err ${text}`),
      value: async (text) => void told.push(`value ${text}`),
    });
    const { values, out, err, exception, namespace } = end;
    expect({ values, out }).toEqual({ values: ['nil', '3', '[:a nil]', ':on'], out: 'ä€𝄞\n' });
    expect(err).toContain('Divide by zero');
    expect({ exception, namespace }).toEqual({
      exception: 'class java.lang.ArithmeticException',
      namespace: 'user',
    });
    expect(told.filter((one) => one.startsWith('value'))).toEqual(values.map((v) => `value ${v}`));
    await repl.close();
  });

  test('a result of 10 MB is complete', async () => {
    const repl = await session();
    const end = await runCode(repl, '(apply str (repeat 5000000 "aü"))', DISCARD);
    const [value = ''] = end.values;
    expect(value).toHaveLength(10_000_002);
    expect(value.slice(0, 5)).toBe('"aüaü');
    await repl.close();
  });

  test.each([
    ['byte by byte', [1]],
    ['in pieces of different sizes', [1, 3, 7, 2, 64, 5]],
    ['in pieces that split length prefixes and multibyte characters', [2, 2, 1]],
  ])('responses can arrive %s', async (_, sizes) => {
    const repl = await session(await choppingProxy(sizes));
    const logins = await loginsByRepl(repl);
    expect(logins).toContain('person-499');
    const { values, out } = await runCode(repl, '(print "€𝄞") "ü" {:a [1 2]}', DISCARD);
    expect({ values, out }).toEqual({ values: ['nil', '"ü"', '{:a [1 2]}'], out: '€𝄞' });
    await repl.close();
  });

  test('after an interrupted evaluation, the session can still be used', async () => {
    const repl = await session();
    const controller = new AbortController();
    const end = await runCode(
      repl,
      '(println "begun") (Thread/sleep 600000)',
      { ...DISCARD, out: async () => controller.abort() },
      { signal: controller.signal },
    );
    expect(end).toMatchObject({ interrupted: true, out: 'begun\n', values: ['nil'] });
    expect((await runCode(repl, '(inc 41)', DISCARD)).values).toEqual(['42']);
    await repl.close();
  });

  test('an evaluation is interrupted at its timeout', async () => {
    const repl = await session();
    const run = runCode(repl, '(Thread/sleep 600000)', DISCARD, { timeoutMs: 300 });
    await expect(run).rejects.toMatchObject({ kind: 'timeout', code: 'REPL_TIMEOUT' });
    await repl.close();
  });

  test('code that reads standard input gets the end of the input', async () => {
    const repl = await session();
    expect((await runCode(repl, '(read-line)', DISCARD)).values).toEqual(['nil']);
    await repl.close();
  });

  test('a missing function is named in the error', async () => {
    const repl = await session();
    await runCode(repl, "(ns-unmap 'circle.model.user 'where)", DISCARD);
    await expect(loginsByRepl(repl)).rejects.toMatchObject({
      kind: 'service',
      code: 'REPL_FUNCTION_MISSING',
      message: expect.stringContaining('circle.model.user/where'),
    });
    await repl.close();
  });
});
