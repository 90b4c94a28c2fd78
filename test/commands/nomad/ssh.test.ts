import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCli } from '../../support/cli.ts';
import { cli, startSandbox } from '../../support/sandbox.ts';

async function machines() {
  const sandbox = await startSandbox({ scenario: 'idle' });
  const env = sandbox.environment();
  const { stdout } = await cli(['nomad', 'node-status', '--columns', 'name'], { env });
  const [node = ''] = stdout.split('\n');
  const run = (words: readonly string[], more: Record<string, string> = {}, stdin?: string) =>
    cli(['nomad', 'ssh', ...words], {
      env: { ...env, ...more },
      ...(stdin === undefined ? {} : { stdin }),
    });
  return { sandbox, env, node, run };
}

describe('nomad ssh', () => {
  it('passes through output, errors and the exit code', async () => {
    const { node, run } = await machines();
    expect(await run([node, '--', 'cat'], {}, 'in\n')).toEqual({
      stdout: 'in\n',
      stderr: '',
      exitCode: 0,
    });
    expect(await run([node, '--', 'hostname'])).toMatchObject({ stdout: `${node}\n` });
    const failed = await run([node, '--yes', '--', 'echo out; echo err >&2; exit 7']);
    expect(failed).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 7 });
  });

  it('accepts a host with a note if Nomad cannot be reached', async () => {
    const { env } = await machines();
    const [, address = ''] = (
      await cli(['nomad', 'node-status', '--columns', 'name,address'], { env })
    ).stdout.split(/\s/);
    const away = { ...env, NOMAD_ADDR: 'http://127.0.0.1:1' };
    const ran = await cli(['nomad', 'ssh', address, '--', 'uptime'], { env: away });
    expect(ran).toMatchObject({ stdout: expect.stringContaining('load average'), exitCode: 0 });
    expect(ran.stderr).toContain('Logging in to the named hosts.');
  });

  it('warns on Ctrl-C that the command may still be running', async () => {
    const { env, node } = await machines();
    const interrupt = new AbortController();
    const running = startCli(['nomad', 'ssh', node, '--', 'cat'], {
      env,
      signal: interrupt.signal,
      stdin: (async function* () {
        yield 'in\n';
        await new Promise(() => undefined);
      })(),
    });
    await running.runtime.stdout.until(/in/);
    interrupt.abort();
    const { stderr, exitCode } = await running.result;
    expect(stderr).toContain(`The command may still be running on ${node}.`);
    expect(exitCode).toBe(6);
  });

  it.each([
    [['--', 'sudo', 'reboot'], 'NOT_CONFIRMED'],
    [['--', 'uptime; reboot'], 'NOT_CONFIRMED'],
    [['--read-only', '--yes', '--', 'reboot'], 'READ_ONLY'],
    [['--yes', '--', 'nomad', 'node', 'drain', '-self', '-enable', '-force'], 'NOT_CONFIRMED'],
    [['--yes', '--', 'sudo nomad node drain -self -enable -force'], 'NOT_CONFIRMED'],
    [['-t', '--', 'sudo', 'journalctl'], 'NOT_CONFIRMED'],
    [[], 'NOT_CONFIRMED'],
  ])('needs confirmation for changes: %j runs nothing', async (words, code) => {
    const { sandbox, node, run } = await machines();
    const at = words.indexOf('--');
    const flags = at === -1 ? words : words.slice(0, at);
    const rest = at === -1 ? [] : words.slice(at);
    // Flags of this tool come before `--`; those after it belong to the command.
    const refused = await run([node, '--json', ...flags, ...rest]);
    expect(refused).toMatchObject({ stdout: '', exitCode: 6 });
    expect(JSON.parse(refused.stderr)).toMatchObject({ code, exitCode: 6 });
    expect(sandbox.calls.recent().filter(({ service }) => service === 'ssh')).toEqual([]);
  });

  it('rejects an unknown host key, and saves it with --accept-new-host-key', async () => {
    const { node, run } = await machines();
    const directory = await mkdtemp(join(tmpdir(), 'ssh-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = join(directory, 'known_hosts');
    const env = { CIRCLECI_ADMIN_SSH_KNOWN_HOSTS_FILE: file };
    const refused = await run([node, '--', 'uptime'], env);
    expect(refused).toMatchObject({ stdout: '', exitCode: 6 });
    expect(refused.stderr).toMatch(
      /^Error: The host key of \[127\.0\.0\.1\]:\d+ is unknown: ssh-ed25519 SHA256:\S{43}\n/,
    );
    const taken = await run([node, '--accept-new-host-key', '--', 'uptime'], env);
    expect(taken).toMatchObject({ stdout: expect.stringContaining('load average'), exitCode: 0 });
    const [bastionLine, ...more] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(more).toHaveLength(1);
    await writeFile(file, `${bastionLine}\n`);
    const behind = await run([node, '--', 'uptime'], env);
    expect(behind.stderr).toMatch(
      /use: ssh -o UserKnownHostsFile=\S+ -J \w+@127\.0\.0\.1:\d+ \w+@10\.0\.10\.20$/m,
    );
    await writeFile(file, `${[bastionLine, ...more].join('\n')}\n`);
    const other = (await readFile(file, 'utf8')).replace(
      /(?<=AAAAC3NzaC1lZDI1NTE5AAAAI)\w/,
      (digit) => (digit === 'A' ? 'B' : 'A'),
    );
    await writeFile(file, other);
    const changed = await run([node, '--accept-new-host-key', '--', 'uptime'], env);
    expect(changed.stderr).toContain('has changed');
    expect(changed.exitCode).toBe(6);
  });

  it.each([
    [['--ssh-user', 'root', '--', 'uptime'], 3, 'SSH_AUTH_FAILED'],
    [['--bastion', 'ubuntu@127.0.0.1:1', '--', 'uptime'], 4, 'SSH_UNREACHABLE'],
    [['--bastion', 'a b', '--', 'uptime'], 2, 'BAD_SSH_ADDRESS'],
    [['--ssh-key', '/nonexistent/key', '--', 'uptime'], 7, 'SSH_KEY_UNUSABLE'],
    [['uptime'], 2, 'BAD_ARGUMENTS'],
  ])('%j exits with %i', async (words, exitCode, code) => {
    const { node, run } = await machines();
    const failed = await run([node, '--json', ...words]);
    expect(JSON.parse(failed.stderr)).toMatchObject({ code, exitCode, hint: expect.any(String) });
    expect(failed).toMatchObject({ stdout: '', exitCode });
  });
});
