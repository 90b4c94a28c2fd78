import { explainCurl } from './curl-exit.ts';

/** How a port looks to a program in a container. */
export interface PortLook {
  /** `unknown-name` is apart: a name in the cluster may be one that we guessed. */
  readonly state: 'open' | 'closed' | 'unknown-name' | 'unclear';
  readonly meaning: string;
  readonly hint: string | null;
}

/** What a program said and how it ended. */
export interface ToolRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that containers may have, and that can tell whether a port answers. It only reads. */
export interface PortTool {
  readonly name: string;
  /** What the container has to have. */
  readonly program: string;
  command(host: string, port: number): readonly string[];
  /** Null where the program is there and cannot do it: the next one is tried. */
  judge(run: ToolRun): PortLook | null;
}

const OPEN: PortLook = { state: 'open', meaning: 'connected', hint: null };
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
    // That of the usual busybox image knows no -z: it connects, and ends as soon as the server does.
    command: (host, port) => ['timeout', '8', 'nc', '-w', '5', host, String(port)],
    judge: ({ exitCode, stderr }) => {
      // Its own limit for connecting has gone by before that of timeout: the server just waits.
      if (exitCode === 0 || isTimeout(exitCode)) return OPEN;
      return exitCode >= 125 || UNKNOWN_OPTION.test(stderr) ? null : byWords(stderr);
    },
  },
  {
    name: 'bash',
    program: 'bash',
    // bash itself waits for minutes where what is sent is dropped.
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
      // It stays connected until its time is over where the server waits for it to speak.
      if (exitCode === 0 || Number(stdout) > 0) return OPEN;
      // Built without telnet.
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
      // 8: the server answered with an error (man wget).
      if (exitCode === 0 || exitCode === 8) return OPEN;
      if (UNKNOWN_OPTION.test(stderr)) return null;
      const look = byWords(stderr);
      if (look.state === 'unknown-name' || /refused|timed out/i.test(stderr)) return look;
      const meaning =
        'only wget is available, which cannot tell a closed port from one without HTTP';
      return { state: 'unclear', meaning, hint: null };
    },
  },
];

/** timeout(1): 124 by coreutils, 143 by busybox. */
function isTimeout(exitCode: number): boolean {
  return exitCode === 124 || exitCode === 143;
}

/** By what is said on standard error (strerror and resolvers say the same everywhere). */
function byWords(stderr: string): PortLook {
  if (UNKNOWN_NAME.test(stderr)) {
    const { meaning, hint } = explainCurl(6);
    return { state: 'unknown-name', meaning, hint };
  }
  if (/timed out/i.test(stderr)) return dropped();
  if (/refused/i.test(stderr)) return closedAs(7);
  const meaning = 'refused, or timed out after 5 s';
  return { state: 'closed', meaning, hint: closedAs(7).hint };
}

function dropped(): PortLook {
  return { ...closedAs(28), hint: 'Allow the port in the network policy or firewall.' };
}

/** Worded as for curl. */
function closedAs(code: number): PortLook {
  const { meaning, hint } = explainCurl(code);
  return { state: 'closed', meaning, hint };
}
