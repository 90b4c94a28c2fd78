import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/lib/kubernetes/model.ts';
import { readRelease } from '../../../src/lib/services/release.ts';

function pod(name: string, image: string | null = null) {
  const container: Container = {
    name,
    image,
    ready: true,
    restarts: 0,
    state: 'running',
    reason: null,
    message: null,
    exitCode: null,
    startedAt: null,
    lastTermination: null,
  };
  return { name: `${name}-0`, containers: [container] };
}

const services = ['frontend', 'dispatcher', 'schedulerer'];

describe('readRelease', () => {
  test.each([
    ['docker.io/circleci/frontend:3.2.1', '3.2'],
    ['cciserver.azurecr.io/frontend:4.10.0-release', '4.10'],
    ['circleci/frontend:0.1.1234-abcdef', null],
    ['example.com/mirror/frontend:4.3.0', null],
    ['docker.io/circleci/frontend:latest', null],
  ])('determines from images like %s the version %s', (image, version) => {
    expect(readRelease(services.map((name) => pod(name, image))).version).toBe(version);
  });

  test('determines no version from contradictory tags, or from too few', () => {
    const image = (version: string) => `circleci/frontend:${version}`;
    const mixed = ['3.2.1', '3.2.1', '3.3.0'].map((version) => pod('frontend', image(version)));
    expect(readRelease(mixed).version).toBeNull();
    expect(readRelease(mixed.slice(0, 2)).version).toBeNull();
  });

  test.each([
    [['distributor-internal', 'docker-provisioner'], '4.3 or later'],
    [['distributor-internal', 'dispatcher'], '3.x or 4.x before 4.3'],
    [['distributor-internal'], 'a late 3.x or 4.x'],
    [['legacy-dispatcher', 'dispatcher'], '3.x before March 2022'],
    [['dispatcher'], '3.x or 4.x before 4.3'],
    [['frontend'], 'the pods do not show it'],
  ])('narrows the version down by the workloads %j', (names, words) => {
    const release = readRelease(names.map((name) => pod(name)));
    expect(release).toMatchObject({ version: null, source: expect.stringContaining(words) });
  });
});
