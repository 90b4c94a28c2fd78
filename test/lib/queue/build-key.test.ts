import { describe, expect, it } from 'vitest';
import { buildKey, keysIn } from '../../../src/lib/queue/build-key.ts';
import { timed } from '../../support/cpu-time.ts';

const ID = '6007ca6352718c10b1227a57';

describe('buildKey', () => {
  it('is the same for each form of the project', () => {
    expect(buildKey('Acme/Web', 12)).toBe('acme-web-12');
    expect(buildKey('acme-web', 12)).toBe('acme-web-12');
  });
});

describe('keysIn', () => {
  it.each([
    ['a task name of Nomad', `task-name=${ID}-0-build-circleci-realitycheck-21;`],
    ['a task name with slashes', `:name "${ID}-0-build-circleci/realitycheck/21", :ram 4120`],
    ['a URL', 'build-url =https://<SERVER_DOMAIN>/gh/circleci/realitycheck/21; resource-class={}'],
    [
      'a URL of the API',
      'GET https://ci.example/api/v1.1/project/github/circleci/realitycheck/21.',
    ],
    [
      'a URL of a job',
      'https://ci.example/pipelines/github/circleci/realitycheck/7/workflows/8a6c6f2e-3b1c-4a52-9a55-1d2f3c4b5a69/jobs/21',
    ],
    ['a build name', 'forwarded to run-queue; build-name=circleci/realitycheck/21;'],
    ['a word', 'Build circleci/realitycheck/21 was handed on'],
    ['other case', 'build-name=CircleCI/RealityCheck/21'],
  ])('finds the build in %s', (_name, text) => {
    expect(keysIn(text).keys).toEqual(['circleci-realitycheck-21']);
  });

  it.each([
    ['a day', 'build of 2021/01/20'],
    ['a path', 'job writes /var/lib/nomad/3'],
    ['words that are about no build', 'gauge jvm/heap/512'],
    ['a type and version', 'build-agent image docker.io/circleci/picard:1.0/2'],
    ['the number of a pipeline', 'job https://ci.example/pipelines/github/acme/web/55/workflows'],
    ['a hash of git', 'build of commit 6007ca6352718c10b1227a576007ca6352718c10'],
  ])('finds no build in %s', (_name, text) => {
    expect(keysIn(text)).toEqual({ keys: [], buildIds: [], joined: [], tasks: [] });
  });

  it('associates an ID with the build in the same text', () => {
    const line = `using resource class; build-id=${ID}; build-url=https://x/gh/acme/web/12; project=0123456789abcdef01234567`;
    expect(keysIn(line).joined).toEqual([[ID, 'acme-web-12']]);
    expect(keysIn(`${ID}-3-build-acme-web-app-12`).joined).toEqual([[ID, 'acme-web-app-12']]);
    expect(keysIn(`${ID}-3-build-acme-web-app-12`).tasks).toEqual([['acme-web-app-12', 3]]);
    expect(keysIn(`taken: ${ID}`)).toEqual({ keys: [], buildIds: [ID], joined: [], tasks: [] });
    // The text does not say to which build the ID belongs.
    expect(keysIn(`jobs acme/web/12 acme/api/3 of ${ID}`).joined).toEqual([]);
  });

  it.each([
    ['slashes', 'build '.concat('a/'.repeat(8_000))],
    ['hyphens', `${ID}-0-build-${'a-'.repeat(8_000)}`],
    ['digits', `${ID}-0-build-${'1-'.repeat(8_000)}x`],
    ['dots', `/gh/${'a.'.repeat(8_000)}`],
    ['hexadecimal digits', 'build '.concat('abcdef0123456789'.repeat(1_000))],
  ])('is not slow for many %s', (_name, text) => {
    expect(timed(() => keysIn(text)).cpuMs).toBeLessThan(500);
  });
});
