import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { busybox } from '../../../../src/lib/sandbox/kubernetes/busybox.ts';
import {
  NoSuchCommandError,
  type PodBackend,
} from '../../../../src/lib/sandbox/kubernetes/pod-backend.ts';
import { ADMIN_TOKEN, LIMITED_TOKEN } from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import { RECORDED_PODS, type Rig, recordedJson, startRig } from './rig.ts';

interface Frame {
  readonly channel: number;
  readonly text: string;
}

interface Session {
  readonly path: string;
  readonly requestedProtocols: readonly string[];
  readonly status: number;
  readonly protocol?: string;
  readonly body?: string;
  readonly closeCode?: number;
  readonly closeReason?: string;
  readonly frames?: readonly Frame[];
  readonly cut?: boolean;
}

const SESSIONS = recordedJson('websockets.json') as Readonly<Record<string, Session>>;

/** The output of the recorded commands, by command line. */
const OUTPUTS = new Map(
  Object.values(SESSIONS)
    .filter(({ path, frames }) => frames && path.includes('command=nomad'))
    .map((session) => {
      const query = new URL(session.path, 'http://x').searchParams;
      return [query.getAll('command').join(' '), session] as const;
    }),
);

function nomad(port: number): PodBackend {
  const shell = busybox('circleci-nomad-0');
  return {
    ports: { 4646: port },
    exec: async (command, io) => {
      if (command[0] !== 'nomad') return shell.exec(command, io);
      const session = OUTPUTS.get(command.join(' '));
      if (!session?.frames) throw new NoSuchCommandError(command[0]);
      for (const { channel, text } of session.frames) {
        if (channel === 1) io.stdout(text);
        if (channel === 2) io.stderr(text);
      }
      return session.frames.at(-1)?.text.includes('NonZero') ? 1 : 0;
    },
  };
}

let rig: Rig;
let modern: Rig;
let upstream: Server;

beforeAll(async () => {
  const reply = SESSIONS['portforward']?.frames?.[2]?.text ?? '';
  upstream = createServer((socket) => {
    socket.once('data', () => socket.end(reply));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const backends = { 'circleci-nomad-0': nomad((upstream.address() as AddressInfo).port) };
  rig = await startRig({ pods: RECORDED_PODS }, backends);
  modern = await startRig({ pods: RECORDED_PODS, execProtocols: ['v5', 'v4'] }, backends);
});

afterAll(async () => {
  await rig.stop();
  await modern.stop();
  upstream.close();
});

/** Opens a WebSocket, sends messages, and returns everything received. */
function converse(
  { sandbox }: Rig,
  path: string,
  protocols: readonly string[],
  messages: readonly Uint8Array[] = [],
  options: { readonly token?: string; readonly until?: (frames: readonly Frame[]) => boolean } = {},
): Promise<Session> {
  const { token = ADMIN_TOKEN, until } = options;
  return new Promise((resolve) => {
    const frames: Frame[] = [];
    const socket = new WebSocket(`${sandbox.url.replace('http', 'ws')}${path}`, [...protocols], {
      headers: { authorization: `Bearer ${token}` },
    });
    const head = { path, requestedProtocols: protocols };
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.once('end', () => resolve({ ...head, status: response.statusCode ?? 0, body }));
    });
    socket.once('open', () => {
      for (const message of messages) socket.send(message);
    });
    socket.on('message', (data: Buffer) => {
      frames.push({ channel: data[0] ?? -1, text: data.subarray(1).toString() });
      if (until?.(frames)) socket.terminate();
    });
    socket.on('error', () => frames.push({ channel: -1, text: 'error' }));
    socket.once('close', (closeCode, reason) => {
      const { protocol } = socket;
      const closeReason = reason.toString();
      resolve({ ...head, status: 101, protocol, frames, closeCode, closeReason });
    });
  });
}

/** Joins adjacent frames of a channel after the first empty one, and removes IDs. */
function joined(frames: readonly Frame[] = []): Frame[] {
  const result: Frame[] = [];
  for (const { channel, text } of frames) {
    const last = result.at(-1);
    const clean = text.replace(/[0-9a-f]{64}/g, 'ID').replace(/cni-[0-9a-f-]{36}/g, 'cni-ID');
    if (last && last.channel === channel && last.text !== '') {
      result[result.length - 1] = { channel, text: last.text + clean };
    } else result.push({ channel, text: clean });
  }
  return result;
}

const MESSAGES: Readonly<Record<string, readonly Uint8Array[]>> = {
  'exec-stdin': [Buffer.from('\0hello\n')],
  portforward: [Buffer.from('\0GET /v1/status/leader HTTP/1.0\r\n\r\n')],
};

describe('over WebSocket, frame by frame as recorded', () => {
  test.each(Object.entries(SESSIONS))('%s', async (name, session) => {
    const heard = session.cut
      ? { until: (frames: readonly Frame[]) => frames.some(({ text }) => text === 'hello\n') }
      : {};
    const { path, requestedProtocols } = session;
    const answer = await converse(rig, path, requestedProtocols, MESSAGES[name], heard);
    expect(answer.status).toBe(session.status);
    expect(answer.protocol).toBe(session.protocol);
    expect(answer.closeCode).toBe(session.closeCode);
    expect(answer.closeReason).toBe(session.closeReason);
    expect(answer.body).toBe(session.body);
    expect(joined(answer.frames)).toEqual(joined(session.frames));
  });
});

const EXEC = '/api/v1/namespaces/circleci-server/pods/circleci-nomad-0/exec';

describe('exec', () => {
  test('with v5 closes standard input by a message and returns all output', async () => {
    const path = `${EXEC}?stdin=true&stdout=true&command=cat`;
    const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
    const end = Buffer.from([255, 0]);
    const answer = await converse(modern, path, protocols, [Buffer.from('\0bytes'), end]);
    expect(answer.protocol).toBe('v5.channel.k8s.io');
    expect(answer.frames).toEqual([
      { channel: 1, text: '' },
      { channel: 1, text: 'bytes' },
      { channel: 3, text: '{"metadata":{},"status":"Success"}' },
    ]);
  });

  test('with a terminal uses one stream', async () => {
    const query = new URLSearchParams([
      ['stdout', 'true'],
      ['stderr', 'true'],
      ['tty', 'true'],
      ['command', 'sh'],
      ['command', '-c'],
      ['command', 'echo a; echo b >&2'],
    ]);
    const answer = await converse(rig, `${EXEC}?${query}`, ['v4.channel.k8s.io']);
    expect(joined(answer.frames).slice(1, -1)).toEqual([{ channel: 1, text: 'a\r\nb\r\n' }]);
  });

  test('is rejected without permission, and does not count as a write', async () => {
    const writes = rig.calls.writes;
    const path = `${EXEC}?stdout=true&command=true`;
    const answer = await converse(rig, path, ['v4.channel.k8s.io'], [], { token: LIMITED_TOKEN });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body ?? '')).toMatchObject({
      reason: 'Forbidden',
      message:
        'pods "circleci-nomad-0" is forbidden: User "system:serviceaccount:circleci-server:limited" cannot get resource "pods/exec" in API group "" in the namespace "circleci-server"',
    });
    expect(rig.calls.writes).toBe(writes);
  });

  test('reports a container that is not running', async () => {
    const { name } = rig.sandbox.pod('badimage').metadata;
    const path = `/api/v1/namespaces/circleci-server/pods/${name}/exec?stdout=true&command=true`;
    const answer = await converse(rig, path, ['v4.channel.k8s.io']);
    expect([answer.status, answer.body]).toEqual([500, 'container not found ("badimage")\n']);
  });

  test('aborts the command when the client disconnects', async () => {
    let aborted: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const backend: PodBackend = {
      ports: {},
      exec: (_, io) => {
        io.signal.addEventListener('abort', aborted);
        io.stdout('on');
        return gone.then(() => 0);
      },
    };
    const own = await startRig({ pods: RECORDED_PODS }, { dispatcher: backend });
    const { name } = own.sandbox.pod('dispatcher').metadata;
    const path = `/api/v1/namespaces/circleci-server/pods/${name}/exec?stdout=true&command=x`;
    await converse(own, path, ['v4.channel.k8s.io'], [], {
      until: (frames) => frames.some(({ text }) => text === 'on'),
    });
    await gone;
    await own.stop();
  });
});
