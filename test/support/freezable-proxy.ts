import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy on loopback in front of a port, which can stop responding without closing connections. */
export class FreezableProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #ended = Promise.withResolvers<Socket>();
  #frozen = false;

  private constructor(target: number) {
    // Like a host that is gone, the proxy never ends its side of a connection.
    this.#server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
      near.once('end', () => this.#ended.resolve(near));
      this.#pass(near, far);
      this.#pass(far, near);
    });
  }

  static async start(target: number): Promise<FreezableProxy> {
    const proxy = new FreezableProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Drops everything from now on. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Resolves when the program has closed its first connection, not only its own side of it. */
  async closed(): Promise<void> {
    const socket = await this.#ended.promise;
    const failed = once(socket, 'error').then(() => true);
    // The system reports a closed connection only to who writes to it.
    for (let over = false; !over; ) {
      socket.write('x');
      over = await Promise.race([failed, new Promise<false>((done) => setTimeout(done, 5, false))]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => undefined);
    from.on('data', (data) => {
      if (!this.#frozen) to.write(data);
    });
  }
}
