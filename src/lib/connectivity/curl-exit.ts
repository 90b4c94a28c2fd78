/** The meaning of curl's result for a port. */
export interface CurlMeaning {
  /** Whether something responded at the port. */
  readonly answered: boolean;
  readonly meaning: string;
  readonly hint: string | null;
}

const ANSWERED = 'connected, but the response is not HTTP';

/** The exit codes of curl that describe the state of a port (man curl, "EXIT CODES"). */
const CODES: Readonly<Record<number, CurlMeaning>> = {
  0: { answered: true, meaning: 'connected', hint: null },
  1: { answered: true, meaning: ANSWERED, hint: null },
  5: {
    answered: false,
    meaning: 'the DNS lookup of the proxy failed',
    hint: 'Check http_proxy and https_proxy on the client.',
  },
  6: {
    answered: false,
    meaning: 'the DNS lookup failed',
    hint: "Check the client's resolver, and the DNS zone of the name.",
  },
  7: {
    answered: false,
    meaning: 'the connection was refused, or no route to the host',
    hint: 'Nothing listens there, or a firewall rejects it: check the service, its load balancer and the security groups.',
  },
  28: {
    answered: false,
    meaning: 'timed out: packets are being dropped (usually a firewall)',
    hint: 'Allow the port from the clients in the security group or firewall.',
  },
  35: {
    answered: false,
    meaning: 'the TLS handshake failed',
    hint: 'Another service may be responding, such as a proxy that intercepts TLS.',
  },
  52: { answered: true, meaning: ANSWERED, hint: null },
  56: { answered: true, meaning: ANSWERED, hint: null },
  124: {
    answered: false,
    meaning: 'curl itself timed out',
    hint: 'The client is slow, or its name servers do not respond.',
  },
  126: { answered: false, meaning: 'curl cannot be run', hint: 'Check curl on the client.' },
  127: {
    answered: false,
    meaning: 'curl is not installed',
    hint: 'Install it on the client, or check the port manually.',
  },
};

/** Explains curl's exit code; null means that a signal ended it. */
export function explainCurl(exitCode: number | null): CurlMeaning {
  if (exitCode === null) {
    return { answered: false, meaning: 'curl was killed by a signal', hint: 'Try again.' };
  }
  return (
    CODES[exitCode] ?? {
      answered: false,
      meaning: `curl exit code ${exitCode}`,
      hint: 'See "EXIT CODES" in man curl.',
    }
  );
}
