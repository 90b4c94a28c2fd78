import { expect, test } from 'vitest';
import { placedCommand } from '../../../src/lib/queue/placed.ts';

test.each([
  ['circleci-admin doctor', ' -n ci', 'circleci-admin doctor -n ci'],
  ['circleci-admin doctor', '', 'circleci-admin doctor'],
  [
    'circleci-admin nomad cli -- server members',
    ' -n ci',
    'circleci-admin nomad cli -n ci -- server members',
  ],
  ['kubectl get pods', ' -n ci', 'kubectl get pods'],
])('%j with %j is %j', (command, place, expected) => {
  expect(placedCommand(command, place)).toBe(expected);
});
