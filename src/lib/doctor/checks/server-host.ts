import { formatDuration } from '../../units.ts';
import { type Check, failed, notConfigured, ok, warning } from '../check.ts';
import type { DoctorContext, HostUnderTest } from '../context.ts';

type Needs = Pick<DoctorContext, 'host' | 'clock'>;

/** Renewals by a person take a while; those by a machine have happened long before. */
const EXPIRES_SOON_MS = 21 * 86_400_000;

/** CA0401: whether the server's host is found, and takes connections. */
export const hostReachable: Check<Pick<DoctorContext, 'host'>> = {
  code: 'CA0401',
  category: 'server',
  name: "the server's host takes connections",
  needs: ['CA0103'],
  async run(context) {
    const host = await context.host();
    if (host === null) {
      const hint = 'Name it: circleci-admin config set host HOST';
      return notConfigured('no host is named', hint);
    }
    if (host.proxied) return ok(`${host.address.host}, through the proxy`);
    const seen = await host.inspect();
    if (seen.kind !== 'unreachable') return ok(host.address.host);
    return failed(
      `${host.address.host}: ${reason(seen.error)}`,
      'Check the host with: circleci-admin config show; and DNS, firewalls and the VPN',
    );
  },
};

/** CA0402: whether the server's certificate is valid, for that host, and for a while yet. */
export const hostTrusted: Check<Needs> = {
  code: 'CA0402',
  category: 'server',
  name: "the server's certificate is valid",
  needs: ['CA0401'],
  async run(context) {
    const host = theHost(await context.host());
    if (host.proxied) return ok('seen by the proxy alone: CA0403 tells');
    const seen = await host.inspect();
    if (seen.kind === 'plain') {
      const hint = 'Use an address that begins with https://, for a token is sent there.';
      return warning(`${host.address.host} is spoken to without TLS`, hint);
    }
    if (seen.kind === 'unreachable' || seen.kind === 'no-handshake') {
      return failed(`no TLS: ${reason(seen.error)}`, 'Is it the host of the CircleCI server?');
    }
    const { distrust, validTo, names } = seen;
    if (distrust !== null) return distrusted(distrust, host, validTo, names);
    const left = validTo === null ? null : validTo.getTime() - context.clock.now().getTime();
    if (validTo === null || left === null) return ok('trusted');
    const until = `valid until ${validTo.toISOString().slice(0, 10)}`;
    if (left >= EXPIRES_SOON_MS) return ok(until);
    return warning(`${until}, in ${formatDuration(left)}`, 'Have it renewed.');
  },
};

/** CA0403: whether the server answers. */
export const serverAnswers: Check<Pick<DoctorContext, 'host' | 'server'>> = {
  code: 'CA0403',
  category: 'server',
  name: 'the server answers',
  needs: ['CA0402'],
  unlessFailed: ['CA0105'],
  async run(context) {
    const server = await context.server();
    if (server === null) return notConfigured('no host is named');
    const { status } = await server.frontPage();
    if (status < 500) return ok(`${server.origin} with ${status}`);
    return failed(
      `${server.origin} answers with ${status}`,
      'Look at the pods: circleci-admin doctor --only CA0211; and at the log of frontend',
    );
  },
};

function distrusted(
  code: string,
  { address }: HostUnderTest,
  validTo: Date | null,
  names: string | null,
) {
  const { host } = address;
  if (code === 'CERT_HAS_EXPIRED') {
    const when = validTo === null ? '' : ` on ${validTo.toISOString().slice(0, 10)}`;
    return failed(`the certificate of ${host} has expired${when}`, 'Have it renewed.');
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const hint = 'Set host to a name that it is for, or have a certificate made for this one.';
    return failed(`the certificate of ${host} is for ${names ?? 'another name'}`, hint);
  }
  return failed(
    `the certificate of ${host} is not trusted: ${code}`,
    'Where it comes from an authority of your own: circleci-admin config set server.caFile PATH',
  );
}

function theHost(host: HostUnderTest | null): HostUnderTest {
  if (host === null) throw new Error('there is no host');
  return host;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
};

function reason(error: Error): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : '';
  return REASONS[code] ?? error.message;
}
