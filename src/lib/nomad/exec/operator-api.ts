import { AdminError } from '../../errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../http/http.ts';
import { commandError, type NomadCommands, type RunningCommand } from './nomad-commands.ts';

/**
 * Creates an HTTP client that sends requests with `nomad operator api`, which exists in Nomad 1.3
 * and later (command/operator_api.go). With `-verbose` the command prints status and headers on
 * standard error, and the body on standard output as it arrives.
 *
 * Only reads are supported: a request body would need standard input, and the exec protocol before
 * v5 cannot signal its end.
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
  // The method is given explicitly: with any standard input, the command would default to POST.
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
    const operation = { action: `answer ${request.path}`, requires: 'a token' };
    throw commandError(status, command.stderr(), operation, commands.location);
  }
  return responseOf(command, head, request);
}

/** Parses status and headers from lines such as `< HTTP/1.1 200 OK` and `< Name: value`. */
class Head {
  code: number | null = null;
  /** By lower-case name. Headers may still arrive with the body; they are complete when it is. */
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
