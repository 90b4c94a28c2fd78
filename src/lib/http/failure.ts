import type { Milliseconds } from '../clock.ts';
import { AdminError, isAdminError } from '../errors.ts';
import { formatDuration } from '../units.ts';

/** The request that failed. */
export interface FailedRequest {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly method: string;
  readonly path: string;
}

interface SystemError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** Reasons for rejecting a server certificate, by Node's error code. */
const CERTIFICATE_PROBLEMS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed and not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate was issued by a CA that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate was issued by a CA that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate was issued by a CA that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate was issued by a CA that is not trusted here',
  CERT_SIGNATURE_FAILURE: 'its certificate was issued by a CA that is not trusted here',
  CERT_UNTRUSTED: 'its certificate is not trusted here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** Reasons for a failed connection, by the error code of the system or of undici. */
const CONNECTION_PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host does not exist',
  EAI_AGAIN: 'the DNS lookup failed',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed before a response',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  UND_ERR_PRX_TLS: 'the proxy could not be reached over TLS',
  UND_ERR_PRX_CONN: 'the proxy refused to connect',
};

const BROKEN = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Returns whether a connection was refused or broken, so that a read may be retried. */
export function isBrokenConnection(error: unknown): boolean {
  return BROKEN.has(systemError(error).code);
}

/**
 * Converts an error of undici or the system that was thrown before a response to an AdminError of
 * kind `service`, code UNREACHABLE, TLS_REFUSED or BAD_ANSWER. Returns an AdminError unchanged.
 */
export function connectionFailure(error: unknown, attempted: FailedRequest): AdminError {
  if (isAdminError(error)) return error;
  const where = new URL(attempted.origin).host;
  const { name, code, message } = systemError(error);
  const certificate = CERTIFICATE_PROBLEMS[code];
  if (certificate !== undefined) {
    const detail = altNames(error);
    return new AdminError('service', `${where} is not trusted: ${certificate}${detail}`, {
      code: 'TLS_REFUSED',
      hint: 'Configure the CA that signed it, or the server name in it.',
      cause: error,
    });
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return handshakeFailure(error, where);
  if (code.startsWith('ERR_OSSL_')) {
    return new AdminError(
      'service',
      `The client certificate for ${where} cannot be used: ${message}`,
      {
        code: 'TLS_REFUSED',
        hint: 'Check that the certificate and the key are PEM, match each other, and have the right passphrase.',
        cause: error,
      },
    );
  }
  if (name === 'HTTPParserError') {
    return new AdminError('service', `${where} does not speak HTTP: ${message}`, {
      code: 'BAD_ANSWER',
      hint: 'Check the port, and whether the address must start with https://.',
      cause: error,
    });
  }
  const why = CONNECTION_PROBLEMS[code] ?? message;
  // Servers that require a client certificate often close the connection if none is sent.
  const closed =
    (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') && attempted.origin.startsWith('https:');
  return new AdminError('service', `Cannot reach ${where}: ${why}`, {
    code: 'UNREACHABLE',
    hint: closed
      ? 'Try again; if it fails again, configure a client certificate and key: the server may require them.'
      : 'Check the address, and that a firewall, VPN or bastion allows this machine to connect.',
    cause: error,
  });
}

/**
 * Converts an error while reading a body: `timeout` REQUEST_TIMEOUT if no data arrived for too
 * long, otherwise `service` BAD_ANSWER. Returns an AdminError unchanged.
 *
 * @param received the bytes read so far
 */
export function bodyFailure(
  error: unknown,
  attempted: FailedRequest,
  received: number,
): AdminError {
  if (isAdminError(error)) return error;
  const what = `${attempted.method} ${attempted.path}`;
  const where = new URL(attempted.origin).host;
  if (systemError(error).code === 'UND_ERR_BODY_TIMEOUT') {
    return new AdminError(
      'timeout',
      `The response of ${where} to ${what} stopped after ${received} bytes`,
      {
        code: 'REQUEST_TIMEOUT',
        hint: 'Try again, or increase --request-timeout.',
        cause: error,
      },
    );
  }
  return new AdminError(
    'service',
    `The response of ${where} to ${what} was cut off after ${received} bytes`,
    { code: 'BAD_ANSWER', hint: 'Run the command again.', cause: error },
  );
}

/** Returns the error for a request without a response within `limit`: `timeout` REQUEST_TIMEOUT. */
export function timeoutFailure(attempted: FailedRequest, limit: Milliseconds): AdminError {
  const where = new URL(attempted.origin).host;
  const waited = limit < 1_000 ? `${limit}ms` : formatDuration(limit);
  return new AdminError(
    'timeout',
    `${attempted.method} ${attempted.path} to ${where} timed out after ${waited}`,
    { code: 'REQUEST_TIMEOUT', hint: 'Try again, or increase --request-timeout.' },
  );
}

function handshakeFailure(error: unknown, where: string): AdminError {
  const { code, message } = systemError(error);
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || message.includes('wrong version number')) {
    return new AdminError('service', `${where} does not speak TLS`, {
      code: 'TLS_REFUSED',
      hint: 'Use an address that starts with http://, or another port.',
      cause: error,
    });
  }
  const reason = /alert ([a-z ]+)/i.exec(message)?.[1]?.trim() ?? code;
  return new AdminError('service', `${where} refused the TLS handshake: ${reason}`, {
    code: 'TLS_REFUSED',
    hint: 'Configure a client certificate and key that it accepts.',
    cause: error,
  });
}

/** Returns the names in a certificate that does not match the host, as ` (DNS:a, IP Address:b)`. */
function altNames(error: unknown): string {
  if (!(error instanceof Error) || !('cert' in error)) return '';
  const certificate = error.cert as { readonly subjectaltname?: string } | undefined;
  return certificate?.subjectaltname ? ` (${certificate.subjectaltname})` : '';
}

/** Returns the innermost error with a code, which undici and AggregateError wrap. */
function systemError(error: unknown): SystemError {
  if (error instanceof AggregateError && error.errors.length > 0)
    return systemError(error.errors[0]);
  if (!(error instanceof Error)) return { name: '', code: '', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error.cause instanceof Error && (code === '' || code === 'UND_ERR_SOCKET')) {
    const inner = systemError(error.cause);
    if (inner.code !== '') return inner;
  }
  return { name: error.name, code, message: error.message };
}
