/** The certificates of an HTTPS server and its CA, and the server's key; all PEM. */
export interface ServerCertificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** The properties of a server certificate. */
export interface CertificateRequest {
  /** The host names of the certificate. Default: the loopback address. */
  readonly names?: readonly string[];
  /** The time until it expires, in milliseconds; negative for an expired one. Default: one year. */
  readonly notAfter?: number;
}

const DAY_MS = 86_400_000;

/**
 * Creates a certificate authority and a server certificate, by default for the loopback address.
 */
export async function makeCertificates(wish: CertificateRequest = {}): Promise<ServerCertificates> {
  const { generate } = await import('selfsigned');
  const notBeforeDate = new Date(Date.now() - 2 * DAY_MS);
  const common = { keyType: 'ec', algorithm: 'sha256', notBeforeDate } as const;
  const ca = await generate([{ name: 'commonName', value: 'circleci-sandbox-ca' }], {
    ...common,
    notAfterDate: new Date(Date.now() + 365 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const loopback = [
    { type: 7, ip: '127.0.0.1' },
    { type: 2, value: 'localhost' },
  ] as const;
  const altNames = wish.names?.map((value) => ({ type: 2 as const, value })) ?? [...loopback];
  const server = await generate([{ name: 'commonName', value: 'circleci-sandbox' }], {
    ...common,
    notAfterDate: new Date(Date.now() + (wish.notAfter ?? 365 * DAY_MS)),
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { ca: ca.cert, cert: server.cert, key: server.private };
}
