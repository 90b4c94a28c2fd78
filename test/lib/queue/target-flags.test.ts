import { expect, test } from 'vitest';
import { commandWithTargetFlags } from '../../../src/lib/queue/target-flags.ts';

test.each([
  ['circleci-admin doctor', ' -n ci', 'circleci-admin doctor -n ci'],
  ['circleci-admin doctor', '', 'circleci-admin doctor'],
  [
    'circleci-admin nomad cli -- server members',
    ' -n ci',
    'circleci-admin nomad cli -n ci -- server members',
  ],
  ['kubectl get pods', ' -n ci', 'kubectl get pods --context lab'],
  [
    'circleci-admin troubleshoot queue --nomad-pod nomad-server-0',
    " --kubeconfig '/o'\\''neil/my --nomad-pod' --nomad-pod circleci-nomad-0 --nomad-access exec",
    "circleci-admin troubleshoot queue --nomad-pod nomad-server-0 --kubeconfig '/o'\\''neil/my --nomad-pod' --nomad-access exec",
  ],
  [
    'circleci-admin nomad cli -- node drain --namespace x',
    ' --namespace ci',
    'circleci-admin nomad cli --namespace ci -- node drain --namespace x',
  ],
])('%j with %j becomes %j', (command, place, expected) => {
  expect(commandWithTargetFlags(command, { admin: place, kubectl: ' --context lab' })).toBe(
    expected,
  );
});
