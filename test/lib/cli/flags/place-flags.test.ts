import { describe, expect, it } from 'vitest';
import { placeFlags } from '../../../../src/lib/cli/flags/place-flags.ts';

const NONE = {
  installation: undefined,
  context: undefined,
  namespace: undefined,
  kubeconfig: undefined,
  nomadAccess: undefined,
  nomadAddress: undefined,
  nomadPod: undefined,
  requestTimeout: undefined,
  readOnly: undefined,
};

describe('placeFlags', () => {
  it('repeats what chose the installation, fit for a shell', () => {
    expect(placeFlags(NONE)).toBe('');
    const chosen = { ...NONE, namespace: 'ci', kubeconfig: "/home/o'neil/my config" };
    expect(placeFlags(chosen)).toBe(" --namespace ci --kubeconfig '/home/o'\\''neil/my config'");
  });
});
