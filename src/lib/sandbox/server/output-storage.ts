import type { IncomingMessage, ServerResponse } from 'node:http';
import { SandboxHttpServer } from '../http-server.ts';
import type { Random } from '../random.ts';
import type { SandboxContext } from '../service.ts';
import type { OutputStore } from './step-routes.ts';

const REFUSED =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SignatureDoesNotMatch</Code></Error>';

/**
 * The object storage beside the server. It returns a stored document to anyone with the signed URL,
 * and requires no token. Its name in faults and call counts is `storage`.
 */
export class OutputStorage implements OutputStore {
  readonly #random: Random;
  readonly #server: SandboxHttpServer;
  readonly #kept = new Map<string, { readonly signature: string; document: unknown }>();

  constructor(context: SandboxContext, random: Random) {
    this.#random = random;
    this.#server = new SandboxHttpServer({
      name: 'storage',
      context,
      handlers: { request: (request, response) => this.#handle(request, response) },
    });
  }

  async start(): Promise<void> {
    await this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  keep(name: string, document: unknown): string {
    const kept = this.#kept.get(name) ?? { signature: this.#random.hex(64), document };
    this.#kept.set(name, { ...kept, document });
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=431999&X-Amz-Signature=${kept.signature}`;
    return `http://127.0.0.1:${this.#server.port}/action-output/${encodeURIComponent(name)}?${query}`;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://storage');
    const name = decodeURIComponent(pathname.replace(/^\/action-output\//, ''));
    const kept = this.#kept.get(name);
    if (!kept || searchParams.get('X-Amz-Signature') !== kept.signature) {
      response.writeHead(403, { 'Content-Type': 'application/xml' });
      response.end(REFUSED);
      return;
    }
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(kept.document));
  }
}
