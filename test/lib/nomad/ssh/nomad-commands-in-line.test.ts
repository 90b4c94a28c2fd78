import { describe, expect, it } from 'vitest';
import { findNomadCommands } from '../../../../src/lib/nomad/ssh/nomad-commands-in-line.ts';

const FORCE = 'nomad node drain -self -enable -force';

describe('nomadInLine', () => {
  it.each([
    FORCE,
    `sudo ${FORCE}`,
    `sudo -n /usr/local/bin/${FORCE}`,
    `cd /tmp && ${FORCE}`,
    `sh -c '${FORCE}'`,
    `echo $(${FORCE})`,
    `nomad node status; ${FORCE}`,
  ])('finds the command that kills builds in %j', (line) => {
    for (const words of [line.split(' '), [line]]) {
      expect(findNomadCommands(words)).toMatchObject({
        kills: true,
        warnings: [expect.any(String)],
      });
    }
  });

  it.each(['', 'reboot', 'systemctl restart nomad', 'nomad node drain -self -disable'])(
    'returns no warnings for %j',
    (line) => {
      expect(findNomadCommands(line.split(' '))).toEqual({
        kills: false,
        warnings: [],
        tokens: [],
      });
    },
  );

  it('finds tokens, which must not be shown', () => {
    const line = 'sudo nomad job stop -token=a-token x; nomad job stop -token b-token y';
    expect(findNomadCommands([line]).tokens).toEqual(['a-token', 'b-token']);
  });
});
