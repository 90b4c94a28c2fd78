import { describe, expect, it } from 'vitest';
import { parseBuildTarget } from '../../../../src/lib/queue/build/build-target.ts';
import {
  buildHostsIn,
  isOurs,
  refuseOtherServer,
  unsureNote,
} from '../../../../src/lib/queue/build/other-server.ts';

const NAMED = 'ci.example.com';

describe('the host of a URL', () => {
  it.each<[string, readonly (string | null)[], boolean | null]>([
    ['ci.example.com', [NAMED], true],
    ['CI.example.com:8443', [`https://${NAMED}/`], true],
    ['app.ci.example.com', [NAMED], true],
    ['ci.example.com', ['https://app.ci.example.com'], true],
    ['evil.example.com', [NAMED], false],
    ['example.com', [NAMED], false],
    ['ci.example.com.evil.com', [NAMED], false],
    ['ci.example.com', ['other.example.com', `https://${NAMED}/gh/acme/web/21`], true],
    ['evil.example.com', ['https://127.0.0.1:4443', NAMED], false],
    ['10.0.0.7', ['https://10.0.0.7:8443'], true],
    ['evil.example.com', [null], null],
    ['evil.example.com', ['https://127.0.0.1:4443'], null],
    ['evil.example.com', ['https://[::1]:4443'], null],
    ['evil.example.com', ['localhost:8080'], null],
    ['evil.example.com', ['frontend.circleci.svc.cluster.local'], null],
    ['10.0.0.7', [NAMED], null],
  ])('%s of %j is ours: %s', (host, told, ours) => {
    expect(isOurs(host, told)).toBe(ours);
  });

  it('is found in the URLs of builds, but not in those of repositories', () => {
    const line =
      'build-url=https://ci.example.com/gh/acme/web/21; vcs-url=https://github.com/acme/web; x=https://ci2.example.com/pipelines/github/acme/web/7';
    expect(buildHostsIn(line)).toEqual(['ci.example.com', 'ci2.example.com']);
  });
});

describe('a build of another server', () => {
  const target = parseBuildTarget('http://evil.example.com/gh/acme/web/21');

  it('is refused, with a hint how to follow it', () => {
    const own = ['https://127.0.0.1:1', NAMED];
    expect(() => refuseOtherServer(target, own)).toThrow(
      expect.objectContaining({
        ...{ kind: 'refused', code: 'OTHER_SERVER', exitCode: 6 },
        message: `${target.text} is a build of evil.example.com, and the server of this installation is ${NAMED}`,
        hint: expect.stringMatching(/--installation NAME, or give acme\/web\/21 /),
      }),
    );
    expect(() => refuseOtherServer(parseBuildTarget('acme/web/21'), own)).not.toThrow();
  });

  it('is noted if the name of this server is unknown', () => {
    expect(() => refuseOtherServer(target, [null])).not.toThrow();
    expect(unsureNote(target.host, [null])).toContain('evil.example.com');
    expect(unsureNote(target.host, ['evil.example.com'])).toBeNull();
    expect(unsureNote(null, [null])).toBeNull();
  });
});
