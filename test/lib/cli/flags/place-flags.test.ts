import { describe, expect, it } from 'vitest';
import { placeFlags } from '../../../../src/lib/cli/flags/place-flags.ts';
import { NOTHING_CHOSEN } from '../../../support/nothing-chosen.ts';

describe('placeFlags', () => {
  it('repeats what chose the installation, fit for a shell', () => {
    expect(placeFlags(NOTHING_CHOSEN)).toBe('');
    const chosen = { ...NOTHING_CHOSEN, namespace: 'ci', kubeconfig: "/home/o'neil/my config" };
    expect(placeFlags(chosen)).toBe(" --namespace ci --kubeconfig '/home/o'\\''neil/my config'");
  });
});
