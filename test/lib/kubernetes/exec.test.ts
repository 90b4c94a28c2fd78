import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ExecRequest, KubernetesClient } from '../../../src/lib/kubernetes/client.ts';
import { SandboxClock } from '../../../src/lib/sandbox/clock.ts';
import { failure, serve } from '../http/loopback.ts';
import { clientOf, connectionTo, frame, recorded, webSocketServer } from './api-server.ts';

interface RecordedSocket {
  readonly path: string;
  readonly protocol?: 'v4.channel.k8s.io';
  readonly closeCode?: number;
  readonly frames?: readonly { readonly channel: number; readonly text: string }[];
  readonly status: number;
  readonly body?: string;
}

const RECORDED = recorded('websockets.json') as Readonly<Record<string, RecordedSocket>>;

function recording(name: string): RecordedSocket {
  const found = RECORDED[name];
  if (!found) throw new Error(`no recording ${name}`);
  return found;
}

/** Returns the pod, container and command of a recording. */
function asRequest({ path }: RecordedSocket) {
  const url = new URL(path, 'http://x');
  return {
    pod: url.pathname.split('/').at(-2) ?? '',
    container: url.searchParams.get('container') ?? '',
    command: url.searchParams.getAll('command'),
  };
}

function sink(): Writable & { text(): string } {
  const pieces: Buffer[] = [];
  const writer = new Writable({
    write(piece, _encoding, done) {
      pieces.push(piece);
      done();
    },
  });
  return Object.assign(writer, { text: () => Buffer.concat(pieces).toString('utf8') });
}

async function replay(name: string) {
  const record = recording(name);
  const paths: string[] = [];
  const client = await webSocketServer('v4.channel.k8s.io', (socket, request) => {
    paths.push(request.url ?? '');
    for (const { channel, text } of record.frames ?? []) socket.send(frame(channel, text));
    if (record.closeCode === 1006) socket.terminate();
    else socket.close(record.closeCode);
  });
  const stdout = sink();
  const stderr = sink();
  const result = client.exec({ ...asRequest(record), stdout, stderr });
  return { result, stdout, stderr, paths, record };
}

describe('a recorded exec', () => {
  test('that succeeded is sent like in the recording, and returns exit code 0', async () => {
    const { result, stdout, stderr, paths, record } = await replay('exec-ok');
    expect(await result).toEqual({ exitCode: 0 });
    expect(stdout.text()).toContain('17821d5c  default  ip-10-0-10-133');
    expect(stdout.text()).toMatch(/ready {3}2\n$/);
    expect(stderr.text()).toBe('');
    const [asked, wanted] = [paths[0] ?? '', record.path].map((path) => new URL(path, 'http://x'));
    expect(asked?.pathname).toBe(wanted?.pathname);
    expect([...(asked?.searchParams ?? [])].sort()).toEqual(
      [...(wanted?.searchParams ?? [])].sort(),
    );
    expect(asked?.searchParams.getAll('command')).toEqual(['nomad', 'node', 'status', '-allocs']);
  });

  test("that failed returns the command's exit code", async () => {
    const { result, stdout, stderr } = await replay('exec-nonzero');
    expect(await result).toEqual({ exitCode: 1 });
    expect(stdout.text()).toBe('');
    expect(stderr.text()).toBe('No node(s) with prefix "deadbeef" found\n');
  });

  test('of a missing command throws NO_SUCH_COMMAND', async () => {
    const { result } = await replay('exec-no-such-command');
    expect(await failure(result)).toMatchObject({
      kind: 'notFound',
      code: 'NO_SUCH_COMMAND',
      message: 'Pod circleci-nomad-0 has no command "no-such-binary"',
    });
  });

  test('whose connection broke throws EXEC_LOST, after its output so far was written', async () => {
    const { result, stdout } = await replay('exec-stdin');
    expect(await failure(result)).toMatchObject({
      kind: 'service',
      code: 'EXEC_LOST',
      message:
        'The connection to pod circleci-nomad-0 ended before cat did (close code 1006): its exit status is unknown',
    });
    expect(stdout.text()).toBe('hello\n');
  });

  test.each([
    [
      'exec-no-container',
      'validation',
      'BAD_CONTAINER',
      'container nope is not valid for pod circleci-nomad-0',
    ],
    [
      'exec-no-pod',
      'notFound',
      'POD_NOT_FOUND',
      'There is no pod "nope" in namespace circleci-server',
    ],
    [
      'exec-v5-only',
      'service',
      'KUBERNETES_ERROR',
      expect.stringMatching(
        /answered 403 when asked to run nomad in pod circleci-nomad-0: \(empty\)$/,
      ),
    ],
  ])('that was refused throws an error: %s', async (name, kind, code, message) => {
    const record = recording(name);
    const { origin, server } = await serve((_request, response) => response.end());
    server.on('upgrade', (_request, socket) => {
      const body = record.body ?? '';
      socket.end(
        `HTTP/1.1 ${record.status} Refused\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
    const client = clientOf(connectionTo(origin));
    const asking = client.exec({ ...asRequest(record), stdout: sink(), stderr: sink() });
    expect(await failure(asking)).toMatchObject({ kind, code, message });
  });
});

const SUCCESS = frame(3, '{"metadata":{},"status":"Success"}');
const CAT = { pod: 'circleci-nomad-0', command: ['cat'] };

/**
 * Runs `cat` on a server that echoes, and that ends the command when it receives the end of the
 * input.
 */
async function cat(
  protocol: 'v4.channel.k8s.io' | 'v5.channel.k8s.io',
  request: Partial<ExecRequest>,
) {
  const seen: { channel: number; data: Buffer }[] = [];
  let socket: WebSocket | undefined;
  const client = await webSocketServer(protocol, (opened) => {
    socket = opened;
    opened.on('message', (message: Buffer) => {
      const channel = message.readUInt8(0);
      const data = message.subarray(1);
      seen.push({ channel, data });
      if (channel === 0) opened.send(frame(1, data));
      if (channel === 255) {
        opened.send(SUCCESS);
        opened.close(1000);
      }
    });
  });
  const stdout = sink();
  const result = client.exec({ ...CAT, stdout, stderr: sink(), ...request });
  return { result, stdout, seen, socket: () => socket };
}

describe('standard input', () => {
  test('is sent completely, and its end as a frame of v5', async () => {
    const text = 'x'.repeat(300_000);
    const { result, stdout, seen } = await cat('v5.channel.k8s.io', {
      stdin: Readable.from([Buffer.from(text), Buffer.from('end')]),
    });
    expect(await result).toEqual({ exitCode: 0 });
    expect(stdout.text()).toBe(`${text}end`);
    expect(seen.at(-1)).toEqual({ channel: 255, data: Buffer.from([0]) });
  });

  test('that ends with v4 leaves the connection open, so that the exit status is not lost', async () => {
    const { result, stdout, seen, socket } = await cat('v4.channel.k8s.io', {
      stdin: Readable.from([Buffer.from('hello')]),
    });
    while (stdout.text() !== 'hello') await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(socket()?.readyState).toBe(WebSocket.OPEN);
    expect(seen.map(({ channel }) => channel)).toEqual([0]);
    socket()?.send(SUCCESS);
    expect(await result).toEqual({ exitCode: 0 });
  });

  test('is paused and released if the command ends first', async () => {
    const stdin = new PassThrough();
    const client = await webSocketServer('v5.channel.k8s.io', (socket) => socket.send(SUCCESS));
    expect(await client.exec({ ...CAT, stdin, stdout: sink(), stderr: sink() })).toEqual({
      exitCode: 0,
    });
    expect(stdin.isPaused()).toBe(true);
    expect(stdin.listenerCount('data')).toBe(0);
  });
});

test('a terminal requests a single output stream, and sends its sizes', async () => {
  let asked = '';
  const sizes: unknown[] = [];
  const client = await webSocketServer('v5.channel.k8s.io', (socket, request) => {
    asked = request.url ?? '';
    socket.on('message', (message: Buffer) => {
      sizes.push([message.readUInt8(0), JSON.parse(message.subarray(1).toString())]);
      if (sizes.length === 2) socket.send(SUCCESS);
    });
  });
  async function* resized() {
    yield { columns: 80, rows: 24 };
    yield { columns: 132, rows: 43 };
  }
  const request = { ...CAT, tty: true, stdin: new PassThrough(), sizes: resized() };
  await client.exec({ ...request, stdout: sink(), stderr: sink() });
  expect(new URL(asked, 'http://x').searchParams.toString()).toBe(
    'stdout=true&tty=true&stdin=true&command=cat',
  );
  expect(sizes).toEqual([
    [4, { Width: 80, Height: 24 }],
    [4, { Width: 132, Height: 43 }],
  ]);
});

test('a slow reader of standard output slows down the connection', async () => {
  const piece = Buffer.alloc(256 * 1024, 'x');
  const total = 160;
  let socket: WebSocket | undefined;
  const client = await webSocketServer('v5.channel.k8s.io', (opened) => {
    socket = opened;
    for (let i = 0; i < total; i += 1) opened.send(frame(1, piece));
    opened.send(SUCCESS);
  });
  let received = 0;
  let release: () => void = () => undefined;
  const stdout = new Writable({
    highWaterMark: 1,
    write(data, _encoding, done) {
      received += data.length;
      if (received === data.length) release = done;
      else done();
    },
  });
  const running = client.exec({ ...CAT, stdout, stderr: sink() });
  while (received === 0) await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 200; i += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(received).toBe(piece.length);
  expect(stdout.writableLength).toBeLessThan(8 * piece.length);
  expect(socket?.bufferedAmount).toBeGreaterThan(10 * piece.length);
  release();
  expect(await running).toEqual({ exitCode: 0 });
  await new Promise<void>((resolve) => stdout.end(resolve));
  expect(received).toBe(total * piece.length);
});

describe('a running command', () => {
  async function running(clock?: SandboxClock, quiet = false) {
    const opened = Promise.withResolvers<WebSocket>();
    const client = await webSocketServer(
      'v5.channel.k8s.io',
      (socket) => {
        socket.send(frame(1, 'running'));
        opened.resolve(socket);
      },
      clock,
    );
    const controller = new AbortController();
    const stdout = sink();
    const result = failure(
      client.exec({ ...CAT, stdout, stderr: sink(), signal: controller.signal }),
    );
    const socket = await opened.promise;
    while (stdout.text() === '') await new Promise((resolve) => setImmediate(resolve));
    if (quiet) socket.pause();
    return { client, controller, stdout, result, socket };
  }

  test('ends with the reason of an abort', async () => {
    const { controller, result, socket } = await running();
    const closed = once(socket, 'close');
    const reason = new Error('ctrl-c');
    controller.abort(reason);
    expect(await result).toBe(reason);
    await closed;
  });

  test('ends with the error of an output stream', async () => {
    const { stdout, result } = await running();
    const broken = new Error('EPIPE');
    stdout.destroy(broken);
    expect(await result).toBe(broken);
  });

  test('throws EXEC_LOST with the reason if the server closes the connection', async () => {
    const { result, socket } = await running();
    socket.close(1011, 'kubelet went away');
    expect(await result).toMatchObject({
      code: 'EXEC_LOST',
      message: expect.stringContaining('(kubelet went away)'),
    });
  });

  test('throws EXEC_LOST if the server stops answering heartbeats', async () => {
    const clock = new SandboxClock({ rate: 0 });
    onTestFinished(() => clock.stop());
    const { result } = await running(clock, true);
    for (let beats = 0; beats < 4; beats += 1) await clock.advance(25_000);
    expect(await result).toMatchObject({ kind: 'service', code: 'EXEC_LOST' });
  });
});

test('refused credentials are refreshed once for a WebSocket', async () => {
  const { origin, server } = await serve((_request, response) => response.end());
  const { WebSocketServer } = await import('ws');
  const sockets = new WebSocketServer({ noServer: true });
  const tokens: unknown[] = [];
  server.on('upgrade', (request, socket, head) => {
    tokens.push(request.headers.authorization);
    if (request.headers.authorization !== 'Bearer new') {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => opened.send(SUCCESS));
  });
  const client: KubernetesClient = clientOf(
    connectionTo(origin, {
      refreshable: true,
      credentials: async (how) => ({
        headers: { authorization: how?.fresh ? 'Bearer new' : 'Bearer old' },
        tls: {},
      }),
    }),
  );
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
  });
  expect(await client.exec({ ...CAT, stdout: sink(), stderr: sink() })).toEqual({ exitCode: 0 });
  expect(tokens).toEqual(['Bearer old', 'Bearer new']);
});
