import { describe, expect, it } from 'vitest';
import { kubectlFlags, targetFlagsOf } from '../../../../src/lib/cli/flags/target-flags.ts';
import type { Chosen } from '../../../../src/lib/installation/settings.ts';
import { resolveSettings } from '../../../../src/lib/installation/settings.ts';
import { NOTHING_CHOSEN } from '../../../support/nothing-chosen.ts';

describe('placeFlags', () => {
  it('repeats the flags that select the installation, quoted for a shell', () => {
    expect(targetFlagsOf(NOTHING_CHOSEN)).toBe('');
    const chosen = { ...NOTHING_CHOSEN, namespace: 'ci', kubeconfig: "/home/o'neil/my config" };
    expect(targetFlagsOf(chosen)).toBe(" --namespace ci --kubeconfig '/home/o'\\''neil/my config'");
  });
});

describe('kubectlFlags', () => {
  const kubernetes = { kubeconfig: '/etc/lab.yaml', context: 'lab', namespace: 'ci' };
  const config = { current: undefined, installations: { lab: { kubernetes } } };
  const flagsOf = (own: Partial<Chosen>, env = {}): string => {
    const chosen = { ...NOTHING_CHOSEN, ...own };
    return kubectlFlags(chosen, resolveSettings(chosen, env, config));
  };

  it('has the settings of the profile, which kubectl does not know', () => {
    expect(flagsOf({ installation: 'lab' })).toBe(
      ' --kubeconfig /etc/lab.yaml --context lab --namespace ci',
    );
  });

  it('omits settings that kubectl reads by default, and keeps given flags', () => {
    expect(flagsOf({}, { KUBECONFIG: '/home/ada/config' })).toBe('');
    expect(flagsOf({ context: 'other' })).toBe(' --context other');
  });
});
