import { describe, expect, it } from 'vitest';
import { readsOnly } from '../../../../src/lib/nomad/ssh/reading-commands.ts';

describe('readsOnly', () => {
  it.each([
    'uptime',
    'df -h',
    'sudo journalctl -u nomad --since=-1h',
    'docker ps -a',
    'systemctl status nomad',
    'nomad node status -self',
    'sudo nomad node status',
    'date',
    'tail -n 50 /var/log/cloud-init-output.log',
  ])('is true for %j', (line) => {
    expect(readsOnly(line.split(' '))).toBe(true);
    expect(readsOnly([line])).toBe(true);
  });

  it.each([
    '',
    'sudo',
    'reboot',
    'uptime; reboot',
    'uptime && reboot',
    'cat $(reboot)',
    'cat `reboot`',
    'cat x > y',
    'uptime\nreboot',
    'A=1 uptime',
    'sudo -u root uptime',
    'journalctl --vacuum-size=1M',
    'journalctl --rot',
    'sudo journalctl --cursor-file=/etc/passwd',
    'journalctl --cursor-f /etc/passwd',
    'docker rm -f x',
    'docker',
    'systemctl restart nomad',
    'nomad node drain -self -enable',
    'date -s 2020-01-01',
    'hostname other',
    'constructor',
    '/tmp/uptime',
  ])('is false for %j', (line) => {
    expect(readsOnly(line.split(' '))).toBe(false);
    expect(readsOnly([line])).toBe(false);
  });

  it('is false on a terminal for a command that opens a pager, which can start a shell', () => {
    for (const line of ['sudo journalctl -u nomad', 'systemctl status nomad']) {
      expect(readsOnly(line.split(' '))).toBe(true);
      expect(readsOnly(line.split(' '), { terminal: true })).toBe(false);
      expect(readsOnly([...line.split(' '), '--no-pager'], { terminal: true })).toBe(true);
    }
    expect(readsOnly(['docker', 'stats'], { terminal: true })).toBe(true);
  });
});
