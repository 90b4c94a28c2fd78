import { formatDuration } from '../../units.ts';
import { type Check, failed, notConfigured, ok, warning } from '../check.ts';
import type { DoctorContext, HostUnderTest } from '../context.ts';

type Needs = Pick<DoctorContext, 'host' | 'clock'>;

/** Leaves time for a manual renewal; automatic renewals happen much earlier. */
const EXPIRES_SOON_MS = 21 * 86_400_000;

/** CA0401: the server's host name resolves, and the host accepts connections. */
export const hostReachable: Check<Pick<DoctorContext, 'host'>> = {
  code: 'CA0401',
  category: 'server',
  name: "the server's host accepts connections",
  needs: ['CA0103'],
  async run(context) {
    const host = await context.host();
    if (host === null) {
      const hint = 'Set it: circleci-admin config set host HOST';
      return notConfigured('no host is configured', hint);
    }
    if (host.proxied) return ok(`${host.address.host} through the proxy`);
    const seen = await host.inspect();
    if (seen.kind !== 'unreachable') return ok(host.address.host);
    return failed(
      `${host.address.host}: ${reason(seen.error)}`,
      'Check the host: circleci-admin config show; and check DNS, firewalls and the VPN',
    );
  },
};

/** CA0402: the server's certificate is valid for the host, and does not expire soon. */
export const hostTrusted: Check<Needs> = {
  code: 'CA0402',
  category: 'server',
  name: "the server's certificate is valid",
  needs: ['CA0401'],
  async run(context) {
    const host = theHost(await context.host());
    if (host.proxied) return ok('visible to the proxy only: see CA0403');
    const seen = await host.inspect();
    if (seen.kind === 'plain') {
      const hint = 'Use an https:// address, because a token is sent to it.';
      return warning(`the connection to ${host.address.host} does not use TLS`, hint);
    }
    if (seen.kind === 'unreachable' || seen.kind === 'no-handshake') {
      return failed(
        `no TLS: ${reason(seen.error)}`,
        'Check that this is the host of the CircleCI server.',
      );
    }
    const { distrust, validTo, names } = seen;
    if (distrust !== null) return untrustedCertificate(distrust, host, validTo, names);
    const left = validTo === null ? null : validTo.getTime() - context.clock.now().getTime();
    if (validTo === null || left === null) return ok('trusted');
    const until = `valid until ${validTo.toISOString().slice(0, 10)}`;
    if (left >= EXPIRES_SOON_MS) return ok(until);
    return warning(`${until}, in ${formatDuration(left)}`, 'Renew the certificate.');
  },
};

/** CA0403: the server responds. */
export const serverAnswers: Check<Pick<DoctorContext, 'host' | 'server'>> = {
  code: 'CA0403',
  category: 'server',
  name: 'the server answers',
  needs: ['CA0402'],
  unlessFailed: ['CA0105'],
  async run(context) {
    const server = await context.server();
    if (server === null) return notConfigured('no host is configured');
    const { status } = await server.frontPage();
    if (status < 500) return ok(`${server.origin} answers with ${status}`);
    return failed(
      `${server.origin} answers with ${status}`,
      'Check the pods: circleci-admin doctor --only CA0211; and check the log of frontend',
    );
  },
};

function untrustedCertificate(
  code: string,
  { address }: HostUnderTest,
  validTo: Date | null,
  names: string | null,
) {
  const { host } = address;
  if (code === 'CERT_HAS_EXPIRED') {
    const when = validTo === null ? '' : ` on ${validTo.toISOString().slice(0, 10)}`;
    return failed(`the certificate of ${host} has expired${when}`, 'Renew the certificate.');
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const hint = 'Set host to a name in the certificate, or get a certificate for this name.';
    return failed(`the certificate of ${host} is for ${names ?? 'another name'}`, hint);
  }
  return failed(
    `the certificate of ${host} is not trusted: ${code}`,
    'If it was issued by your own CA: circleci-admin config set server.caFile PATH',
  );
}

function theHost(host: HostUnderTest | null): HostUnderTest {
  if (host === null) throw new Error('no host is configured');
  return host;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host does not exist',
  EAI_AGAIN: 'the DNS lookup failed',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
};

function reason(error: Error): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : '';
  return REASONS[code] ?? error.message;
}
