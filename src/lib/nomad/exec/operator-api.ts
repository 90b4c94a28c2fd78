import { AdminError } from '../../errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../http/http.ts';
import { commandError, type NomadCommands, type RunningCommand } from './nomad-commands.ts';

/**
 * Nomad's HTTP API through `nomad operator api`, which Nomad 1.3 and later have
 * (command/operator_api.go): with `-verbose` it prints status and headers on standard error, and
 * the body as it comes on standard output.
 *
 * Reads only: a body would have to come by standard input, whose end the exec protocol before v5
 * cannot tell.
 */
export function createOperatorApi(commands: NomadCommands): HttpClient {
  return {
    origin: 'nomad operator api',
    request: (request) => send(commands, request),
    close: () => Promise.resolve(),
  };
}

async function send(commands: NomadCommands, request: HttpRequest): Promise<HttpResponse> {
  if (request.method !== 'GET') throw new Error(`${request.method} over nomad operator api`);
  const head = new Head();
  // The method is named because any standard input would make it a POST.
  const command = commands.start(
    ['operator', 'api', '-verbose', '-X', request.method, request.path],
    {
      signal: request.signal,
      ...(request.timeout === undefined ? {} : { timeout: request.timeout }),
      onStderr: (text) => head.push(text),
    },
  );
  const ended = command.exit.then(
    () => null,
    (error: unknown) => error,
  );
  await Promise.race([head.status, ended]);
  if (head.code === null) {
    const failure = await ended;
    if (failure !== null) throw failure;
    const status = await command.exit;
    if (status === 0) throw badBody('has no status', request);
    const asked = { what: `answer ${request.path}`, needs: 'a token' };
    throw commandError(status, command.stderr(), asked, commands.place);
  }
  return responseOf(command, head, request);
}

/** The status line and the headers, out of `< HTTP/1.1 200 OK` and `< Name: value` lines. */
class Head {
  code: number | null = null;
  /** Names in lower case. Headers may still come while the body does: whole when that is. */
  readonly headers: Record<string, string> = {};
  readonly status: Promise<void>;
  #known: () => void = () => undefined;
  #line = '';

  constructor() {
    this.status = new Promise((resolve) => {
      this.#known = resolve;
    });
  }

  push(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#read(line);
  }

  #read(line: string): void {
    const status = /^< HTTP\/\S+ (\d{3})/.exec(line)?.[1];
    if (status !== undefined) {
      this.code = Number(status);
      this.#known();
      return;
    }
    const [, name, value] = /^< ([^:\s]+): (.*?)\r?$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) this.headers[name.toLowerCase()] = value;
  }
}

function responseOf(command: RunningCommand, head: Head, request: HttpRequest): HttpResponse {
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* command.stdout;
      if ((await command.exit) === 0) return;
      throw badBody(`was cut off: ${command.stderr().trim().split('\n').at(-1) ?? ''}`, request);
    } finally {
      command.stop();
    }
  }
  const text = async (): Promise<string> => {
    const all: Uint8Array[] = [];
    for await (const piece of pieces()) all.push(piece);
    return Buffer.concat(all).toString('utf8');
  };
  return {
    status: head.code ?? 0,
    headers: head.headers,
    body: { [Symbol.asyncIterator]: pieces },
    text,
    json: async () => parse(await text(), request),
    discard: () => {
      command.stop();
      return Promise.resolve();
    },
  };
}

function parse(text: string, request: HttpRequest): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badBody('is not complete JSON', request, error);
  }
}

function badBody(problem: string, request: HttpRequest, cause?: unknown): AdminError {
  return new AdminError('service', `The response to ${request.path} ${problem}`, {
    code: 'BAD_ANSWER',
    hint: 'Run the command again.',
    cause,
  });
}
