import { describe, expect, it } from 'vitest';
import { PORT_TOOLS } from '../../../src/lib/connectivity/port-tools.ts';

function judge(name: string, exitCode: number, stderr = '', stdout = '') {
  const tool = PORT_TOOLS.find((one) => one.name === name);
  if (!tool) throw new Error(name);
  return tool.judge({ exitCode, stdout, stderr })?.state ?? null;
}

describe('programs that check a port', () => {
  it.each([
    ['nc', 0, '', 'open'],
    ['nc', 1, '', 'closed'],
    ['nc', 1, 'nc: vault (10.96.0.7:8200): Connection refused', 'closed'],
    ['nc', 1, "nc: bad address 'vault'", 'unknown-name'],
    [
      'nc',
      1,
      'nc: getaddrinfo for host "vault" port 8200: Name or service not known',
      'unknown-name',
    ],
    ['nc', 1, "nc: invalid option -- 'z'\nBusyBox v1.24.2 multi-call binary.\n\nUsage: nc", null],
    ['busybox nc', 0, '', 'open'],
    ['busybox nc', 143, 'Terminated', 'open'],
    ['busybox nc', 1, "nc: can't connect to remote host (127.0.0.1): Connection refused", 'closed'],
    ['busybox nc', 1, 'nc: timed out', 'closed'],
    ['busybox nc', 1, "nc: bad address 'vault'", 'unknown-name'],
    ['busybox nc', 127, "timeout: can't execute 'nc': No such file or directory", null],
    ['bash', 0, '', 'open'],
    ['bash', 1, 'bash: connect: Connection refused', 'closed'],
    ['bash', 1, 'bash: vault: Temporary failure in name resolution', 'unknown-name'],
    ['bash', 124, '', 'closed'],
    ['bash', 143, '', 'closed'],
    ['bash', 127, "timeout: failed to run command 'bash': No such file or directory", null],
    ['curl', 28, '', 'closed'],
    ['curl', 6, '', 'unknown-name'],
    ['curl', 7, '', 'closed'],
    ['curl', 1, '', null],
    ['curl', 56, '', 'open'],
    ['wget', 0, '', 'open'],
    ['wget', 8, '', 'open'],
    ['wget', 1, "wget: can't connect to remote host (10.0.0.1): Connection refused", 'closed'],
    ['wget', 4, 'wget: unable to resolve host address', 'unknown-name'],
    ['wget', 1, 'wget: error getting response', 'unclear'],
  ])('%s that exits with %i and prints "%s": %s', (name, exitCode, stderr, state) => {
    expect(judge(name, exitCode, stderr)).toBe(state);
  });

  it('treats a port as open if the server sends nothing until curl times out', () => {
    expect(judge('curl', 28, '', '0.000214')).toBe('open');
    expect(judge('curl', 28, '', '0.000000')).toBe('closed');
  });

  it('name DNS as a cause of a timeout, because a lookup without an answer looks the same', () => {
    const nc = PORT_TOOLS.find(({ name }) => name === 'busybox nc');
    // As busybox 1.35 in a pod whose name server does not answer.
    expect(nc?.judge({ exitCode: 1, stdout: '', stderr: 'nc: timed out' })?.meaning).toContain(
      'or DNS does not answer',
    );
  });

  it('run only the expected commands', () => {
    expect(PORT_TOOLS.map((tool) => tool.command('vault', 8200).join(' '))).toEqual([
      'nc -z -w 5 vault 8200',
      'timeout 8 nc -w 5 vault 8200',
      'timeout 5 bash -c exec 3<>/dev/tcp/vault/8200',
      'curl -s -o /dev/null -w %{time_connect} --connect-timeout 5 --max-time 6 telnet://vault:8200',
      'wget -q -T 5 -O /dev/null http://vault:8200/',
    ]);
  });
});
