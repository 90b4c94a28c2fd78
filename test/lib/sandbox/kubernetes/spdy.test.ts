import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer, type Server } from 'node:net';
import { constants, createDeflate } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busybox } from '../../../../src/lib/sandbox/kubernetes/busybox.ts';
import { ADMIN_TOKEN } from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import { SPDY_DICTIONARY } from '../../../../src/lib/sandbox/kubernetes/spdy-dictionary.ts';
import { RECORDED_PODS, type Rig, startRig } from './rig.ts';

const POD = '/api/v1/namespaces/circleci-server/pods/circleci-nomad-0';

let rig: Rig;
let upstream: Server;

beforeAll(async () => {
  upstream = createServer((socket) => {
    socket.on('data', (data) => socket.write(`heard ${data.toString()}`));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  const backend = { ...busybox('circleci-nomad-0'), ports: { 4646: port } };
  rig = await startRig({ pods: RECORDED_PODS }, { 'circleci-nomad-0': backend });
});

afterAll(async () => {
  await rig.stop();
  upstream.close();
});

interface Heard {
  readonly data: Map<number, string>;
  readonly ended: Set<number>;
  readonly replied: Set<number>;
}

/** A minimal client that opens streams, sends data, and records what it receives. */
class SpdyClient {
  readonly heard: Heard = { data: new Map(), ended: new Set(), replied: new Set() };
  head = '';
  readonly #socket: Socket;
  readonly #deflate = createDeflate({ dictionary: SPDY_DICTIONARY });
  #wake: () => void = () => undefined;

  constructor(path: string, protocol: string) {
    this.#socket = connect(rig.sandbox.port, '127.0.0.1');
    this.#socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
    );
    let buffered = Buffer.alloc(0);
    this.#socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      if (this.head === '') {
        const at = buffered.indexOf('\r\n\r\n');
        if (at < 0) return;
        this.head = buffered.subarray(0, at).toString();
        buffered = buffered.subarray(at + 4);
      }
      while (buffered.length >= 8 && buffered.length >= 8 + buffered.readUIntBE(5, 3)) {
        const length = 8 + buffered.readUIntBE(5, 3);
        this.#receive(buffered.subarray(0, length));
        buffered = buffered.subarray(length);
      }
      this.#wake();
    });
    this.#socket.on('close', () => this.#wake());
  }

  /** Waits until a received frame makes the condition true. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async open(id: number, headers: Readonly<Record<string, string>>): Promise<void> {
    const text = (value: string): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(value.length);
      return Buffer.concat([length, Buffer.from(value)]);
    };
    const count = Buffer.alloc(4);
    count.writeUInt32BE(Object.keys(headers).length);
    this.#deflate.write(Buffer.concat([count, ...Object.entries(headers).flat().map(text)]));
    await new Promise<void>((resolve) => this.#deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    const ids = Buffer.alloc(10);
    ids.writeUInt32BE(id);
    this.#frame(0x8003, 1, 0, Buffer.concat([ids, this.#deflate.read()]));
  }

  send(id: number, text: string, fin = false): void {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(id);
    head.writeUInt8(fin ? 1 : 0, 4);
    head.writeUIntBE(text.length, 5, 3);
    this.#socket.write(Buffer.concat([head, Buffer.from(text)]));
  }

  close(): void {
    this.#socket.destroy();
  }

  #frame(version: number, type: number, flags: number, body: Buffer): void {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(version);
    head.writeUInt16BE(type, 2);
    head.writeUInt8(flags, 4);
    head.writeUIntBE(body.length, 5, 3);
    this.#socket.write(Buffer.concat([head, body]));
  }

  #receive(frame: Buffer): void {
    const control = (frame.readUInt8(0) & 0x80) !== 0;
    if (control) {
      if (frame.readUInt16BE(2) === 2) this.heard.replied.add(frame.readUInt32BE(8));
      return;
    }
    const id = frame.readUInt32BE(0);
    this.heard.data.set(id, (this.heard.data.get(id) ?? '') + frame.subarray(8).toString());
    if (frame.readUInt8(4) & 1) this.heard.ended.add(id);
  }
}

test('exec over SPDY has a stream per channel, and the status on the error stream', async () => {
  const script = encodeURIComponent('echo out; echo err >&2; exit 7');
  const client = new SpdyClient(
    `${POD}/exec?stdout=true&stderr=true&command=sh&command=-c&command=${script}`,
    'v4.channel.k8s.io',
  );
  await client.open(1, { streamtype: 'error' });
  await client.open(3, { streamtype: 'stdout' });
  await client.open(5, { streamtype: 'stderr' });
  const { heard } = client;
  await client.until(() => heard.ended.size === 3);
  client.close();
  expect(client.head).toBe(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io',
  );
  expect([...heard.replied]).toEqual([1, 3, 5]);
  expect(heard.data.get(3)).toBe('out\n');
  expect(heard.data.get(5)).toBe('err\n');
  expect(JSON.parse(heard.data.get(1) ?? '')).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '7' }] },
  });
});

test('exec over SPDY reads standard input to its end, for a megabyte without window updates', async () => {
  const client = new SpdyClient(
    `${POD}/exec?stdin=true&stdout=true&command=cat`,
    'v4.channel.k8s.io',
  );
  await client.open(1, { streamtype: 'error' });
  await client.open(3, { streamtype: 'stdin' });
  await client.open(5, { streamtype: 'stdout' });
  const megabyte = 'x'.repeat(1 << 20);
  client.send(3, megabyte, true);
  await client.until(() => client.heard.ended.has(1));
  client.close();
  expect(client.heard.data.get(5) === megabyte).toBe(true);
  expect(client.heard.data.get(1)).toBe('{"metadata":{},"status":"Success"}');
});

test('port-forward over SPDY has several connections, and reports a port that nothing listens on', async () => {
  const client = new SpdyClient(`${POD}/portforward`, 'portforward.k8s.io');
  await client.open(1, { streamtype: 'error', port: '4646', requestid: '0' });
  await client.open(3, { streamtype: 'data', port: '4646', requestid: '0' });
  await client.open(5, { streamtype: 'error', port: '9', requestid: '1' });
  await client.open(7, { streamtype: 'data', port: '9', requestid: '1' });
  client.send(3, 'me');
  const { heard } = client;
  await client.until(() => heard.data.get(3) === 'heard me' && heard.ended.has(5));
  client.close();
  expect(heard.data.get(5)).toMatch(/^error forwarding port 9 to pod [0-9a-f]{64}, uid : failed/);
  expect(heard.ended.has(1)).toBe(false);
});
