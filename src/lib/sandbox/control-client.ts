import { request } from 'node:http';
import { AdminError } from '../errors.ts';
import type {
  CallReport,
  ClockReading,
  ControlAddress,
  ControlFailure,
  SandboxStatus,
} from './control-protocol.ts';
import type { FaultRule } from './faults.ts';

/**
 * The real time after which an unresponsive sandbox counts as hung; advancing time may take long.
 */
const PATIENCE_MS = 60_000;

/** Controls a sandbox, which may run in another process. */
export class SandboxControl {
  readonly #address: ControlAddress;

  constructor(address: ControlAddress) {
    this.#address = address;
  }

  /** @param timeoutMs how long to wait for the response, in real milliseconds */
  async status(timeoutMs = PATIENCE_MS): Promise<SandboxStatus> {
    return (await this.#send('GET', '/status', undefined, timeoutMs)) as SandboxStatus;
  }

  /** Advances sandbox time; resolves after everything due has run. */
  async advance(ms: number): Promise<ClockReading> {
    return (await this.#send('POST', '/clock', { advanceMs: ms })) as ClockReading;
  }

  /** Sets how many seconds of sandbox time pass per real second. */
  async setRate(rate: number): Promise<ClockReading> {
    return (await this.#send('POST', '/clock', { rate })) as ClockReading;
  }

  async addFault(rule: FaultRule): Promise<void> {
    await this.#send('POST', '/faults', rule);
  }

  async clearFaults(): Promise<void> {
    await this.#send('DELETE', '/faults');
  }

  async calls(): Promise<CallReport> {
    return (await this.#send('GET', '/calls')) as CallReport;
  }

  /** Resets the call counts. */
  async resetCalls(): Promise<void> {
    await this.#send('POST', '/calls/reset');
  }

  /** Runs a verb of a service, such as `finish-build` of `nomad`. */
  async verb(
    service: 'nomad' | 'kubernetes' | 'pipeline',
    verb: string,
    given: Readonly<Record<string, unknown>> = {},
  ): Promise<unknown> {
    return this.#send('POST', `/${service}/${verb}`, given);
  }

  /** Requests the sandbox to stop; resolves before it has ended. */
  async stop(): Promise<void> {
    await this.#send('POST', '/stop');
  }

  async #send(
    method: string,
    path: string,
    body?: unknown,
    timeoutMs = PATIENCE_MS,
  ): Promise<unknown> {
    const { status, text } = await this.#exchange(method, path, body, timeoutMs).catch(
      (error: NodeJS.ErrnoException) => {
        throw new AdminError('service', `The sandbox does not respond: ${error.message}`, {
          code: error.code === 'ETIMEDOUT' ? 'SANDBOX_HANGS' : 'SANDBOX_UNREACHABLE',
          hint: 'Run: circleci-admin sandbox status',
          cause: error,
        });
      },
    );
    const answer: unknown = JSON.parse(text);
    if (status === 200) return answer;
    const { code, message } = answer as ControlFailure;
    throw new AdminError(
      status === 404 ? 'notFound' : status === 400 ? 'usage' : 'failed',
      message,
      {
        code,
      },
    );
  }

  #exchange(
    method: string,
    path: string,
    body: unknown,
    timeoutMs: number,
  ): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.#address.url),
        {
          method,
          agent: false,
          headers: { Authorization: `Bearer ${this.#address.token}` },
          signal: AbortSignal.timeout(timeoutMs),
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.once('error', reject);
          response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      sent.once('error', (error) => {
        const late = error.name === 'AbortError' || error.name === 'TimeoutError';
        reject(late ? Object.assign(error, { code: 'ETIMEDOUT' }) : error);
      });
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
