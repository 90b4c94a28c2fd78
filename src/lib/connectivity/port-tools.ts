import { explainCurl } from './curl-exit.ts';

/** The state of a port as seen by a program in a container. */
export interface PortResult {
  /** `unknown-name` is separate, because a name in the cluster may only be assumed. */
  readonly state: 'open' | 'closed' | 'unknown-name' | 'unclear';
  readonly meaning: string;
  readonly hint: string | null;
}

/** The output and exit code of a program. */
export interface ToolRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that may exist in containers and can check a port. It changes nothing. */
export interface PortTool {
  readonly name: string;
  /** The executable that the container must have. */
  readonly program: string;
  command(host: string, port: number): readonly string[];
  /** Null if this version of the program is unsuitable: the next one is tried. */
  judge(run: ToolRun): PortResult | null;
}

const OPEN: PortResult = { state: 'open', meaning: 'connected', hint: null };
const UNKNOWN_OPTION = /usage:|(?:invalid|illegal|unrecognized|unknown) option/i;
const UNKNOWN_NAME =
  /bad address|getaddrinfo|name or service not known|name resolution|unable to resolve|unknown host/i;

/** In the order in which they are tried. */
export const PORT_TOOLS: readonly PortTool[] = [
  {
    name: 'nc',
    program: 'nc',
    command: (host, port) => ['nc', '-z', '-w', '5', host, String(port)],
    judge: ({ exitCode, stderr }) => {
      if (exitCode === 0) return OPEN;
      return UNKNOWN_OPTION.test(stderr) ? null : byWords(stderr);
    },
  },
  {
    name: 'busybox nc',
    program: 'nc',
    // The nc of the usual busybox image has no -z: it connects, and ends when the server closes.
    command: (host, port) => ['timeout', '8', 'nc', '-w', '5', host, String(port)],
    judge: ({ exitCode, stderr }) => {
      // Connected: nc's own connection timeout is shorter, so the server is just waiting for input.
      if (exitCode === 0 || isTimeout(exitCode)) return OPEN;
      return exitCode >= 125 || UNKNOWN_OPTION.test(stderr) ? null : byWords(stderr);
    },
  },
  {
    name: 'bash',
    program: 'bash',
    // bash itself waits for minutes if packets are dropped.
    command: (host, port) => ['timeout', '5', 'bash', '-c', `exec 3<>/dev/tcp/${host}/${port}`],
    judge: ({ exitCode, stderr }) => {
      if (exitCode === 0) return OPEN;
      if (isTimeout(exitCode)) return dropped();
      return exitCode >= 125 || UNKNOWN_OPTION.test(stderr) ? null : byWords(stderr);
    },
  },
  {
    name: 'curl',
    program: 'curl',
    command: (host, port) => [
      ...['curl', '-s', '-o', '/dev/null', '-w', '%{time_connect}'],
      ...['--connect-timeout', '5', '--max-time', '6', `telnet://${host}:${port}`],
    ],
    judge: ({ exitCode, stdout }) => {
      // If the server waits for input, curl stays connected until its time limit.
      if (exitCode === 0 || Number(stdout) > 0) return OPEN;
      // This curl was built without telnet.
      if (exitCode === 1 || exitCode === 2) return null;
      const { answered, meaning, hint } = explainCurl(exitCode);
      if (answered) return OPEN;
      return { state: exitCode === 6 ? 'unknown-name' : 'closed', meaning, hint };
    },
  },
  {
    name: 'wget',
    program: 'wget',
    command: (host, port) => [
      'wget',
      '-q',
      '-T',
      '5',
      '-O',
      '/dev/null',
      `http://${host}:${port}/`,
    ],
    judge: ({ exitCode, stderr }) => {
      // 8: the server responded with an error (man wget).
      if (exitCode === 0 || exitCode === 8) return OPEN;
      if (UNKNOWN_OPTION.test(stderr)) return null;
      const result = byWords(stderr);
      if (result.state === 'unknown-name' || /refused|timed out/i.test(stderr)) return result;
      const meaning =
        'only wget is available, which cannot tell a closed port from one without HTTP';
      return { state: 'unclear', meaning, hint: null };
    },
  },
];

/** timeout(1) exits with 124 in coreutils, and with 143 in busybox. */
function isTimeout(exitCode: number): boolean {
  return exitCode === 124 || exitCode === 143;
}

/** Judges by the error message; those of strerror and of resolvers are the same everywhere. */
function byWords(stderr: string): PortResult {
  if (UNKNOWN_NAME.test(stderr)) {
    const { meaning, hint } = explainCurl(6);
    return { state: 'unknown-name', meaning, hint };
  }
  if (/timed out/i.test(stderr)) return dropped();
  if (/refused/i.test(stderr)) return closedAs(7);
  const meaning = 'refused, or timed out after 5 s';
  return { state: 'closed', meaning, hint: closedAs(7).hint };
}

/** These programs do not tell a lookup of the name without an answer from a connection without one. */
function dropped(): PortResult {
  return {
    state: 'closed',
    meaning: 'timed out: packets are being dropped (usually a firewall), or DNS does not answer',
    hint: 'Check that the DNS of the cluster works; then allow the port in the network policy or firewall.',
  };
}

/** Uses the wording for a curl exit code. */
function closedAs(code: number): PortResult {
  const { meaning, hint } = explainCurl(code);
  return { state: 'closed', meaning, hint };
}
