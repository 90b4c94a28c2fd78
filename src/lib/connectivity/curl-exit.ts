/** What a port has to say to curl. */
export interface CurlMeaning {
  /** Whether something answered at the port. */
  readonly answered: boolean;
  readonly meaning: string;
  readonly hint: string | null;
}

const ANSWERED = 'something answers, though not as a web server does';

/** The exit codes of curl that tell how a port is (man curl, "EXIT CODES"). */
const CODES: Readonly<Record<number, CurlMeaning>> = {
  0: { answered: true, meaning: 'connected', hint: null },
  1: { answered: true, meaning: ANSWERED, hint: null },
  5: {
    answered: false,
    meaning: 'the name of the proxy could not be looked up',
    hint: 'Look at http_proxy and https_proxy on the client.',
  },
  6: {
    answered: false,
    meaning: 'the name could not be looked up (DNS)',
    hint: "Look at the client's resolver, and at the zone that has the name.",
  },
  7: {
    answered: false,
    meaning: 'the connection was refused, or there is no way there',
    hint: 'Nothing listens there, or a firewall says no: look at the service, its load balancer and the security groups.',
  },
  28: {
    answered: false,
    meaning: 'no answer in time: what is sent is dropped',
    hint: 'A security group or a firewall drops it: allow the port from the clients.',
  },
  35: {
    answered: false,
    meaning: 'the TLS handshake failed',
    hint: 'Something else than the service answers, such as a proxy that looks into TLS.',
  },
  52: { answered: true, meaning: ANSWERED, hint: null },
  56: { answered: true, meaning: ANSWERED, hint: null },
  124: {
    answered: false,
    meaning: 'curl itself did not end in time',
    hint: 'The client is slow, or its name servers do not answer.',
  },
  126: { answered: false, meaning: 'curl cannot be run', hint: 'Look at curl on the client.' },
  127: {
    answered: false,
    meaning: 'curl is not installed',
    hint: 'Install it on the client, or check the port by hand.',
  },
};

/** What curl's exit code says about the port; null where the command was ended by a signal. */
export function explainCurl(exitCode: number | null): CurlMeaning {
  if (exitCode === null) {
    return { answered: false, meaning: 'curl was ended by a signal', hint: 'Try again.' };
  }
  return (
    CODES[exitCode] ?? {
      answered: false,
      meaning: `curl ended with ${exitCode}`,
      hint: 'See "EXIT CODES" in man curl.',
    }
  );
}
