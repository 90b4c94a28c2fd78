import { expect, test } from 'vitest';
import { foreignVariables, sandboxed } from '../../../src/lib/sandbox/foreign-variables.ts';

test('a command inside gets no variable that names a real installation, and no real token', () => {
  const ambient = {
    PATH: '/bin',
    CIRCLECI_ADMIN_INSTALLATION: 'production',
    CIRCLECI_ADMIN_OUTPUT: 'json',
    NOMAD_ADDR: 'https://nomad.example.com:4646',
    NOMAD_TOKEN: 'real-secret',
    CIRCLE_TOKEN: 'real-secret',
    KUBECONFIG: '/home/me/.kube/config',
  };
  const own = { NOMAD_ADDR: 'http://127.0.0.1:1', KUBECONFIG: '/s/kubeconfig' };
  expect(sandboxed(ambient, own)).toEqual({ PATH: '/bin', CIRCLECI_ADMIN_OUTPUT: 'json', ...own });
});

test("the sandbox's own token is kept", () => {
  const own = { NOMAD_TOKEN: 'sandbox' };
  expect(foreignVariables(own)).not.toContain('NOMAD_TOKEN');
  expect(sandboxed({ NOMAD_TOKEN: 'real-secret' }, own)).toEqual(own);
});
