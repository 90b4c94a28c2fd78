import { describe, expect, it } from 'vitest';
import {
  agreeingVersion,
  contradiction,
  type Generation,
  generationOf,
} from '../../../src/lib/services/generation.ts';

describe('the generation of the running services', () => {
  it.each<[readonly string[], Generation | null]>([
    [['frontend', 'dispatcher', 'scheduler'], 'before-4.3'],
    [['legacy-dispatcher'], 'before-4.3'],
    // The distributor was added within 3.x.
    [['distributor', 'output-processor'], 'before-4.3'],
    [['distributor', 'docker-provisioner', 'output'], 'since-4.3'],
    [['distributor'], null],
    [['dispatcher', 'docker-provisioner'], null],
    [[], null],
  ])('%j are %s', (services, generation) => {
    expect(generationOf(new Set(services))).toBe(generation);
  });
});

describe('the version', () => {
  it.each<[readonly (string | null)[], Generation | null, string | null]>([
    [['3.0', null], 'before-4.3', '3.0'],
    [['4.10', '4.3'], 'since-4.3', '4.10'],
    [['3.0', '4.8'], 'since-4.3', '4.8'],
    [['4.3', null], 'before-4.3', null],
    [['4.2', '4.3'], null, '4.2'],
    [[null, null], null, null],
  ])('of %j with running services %s is %s', (versions, runs, version) => {
    expect(agreeingVersion(versions, runs)).toBe(version);
  });

  it('contradicts services that it does not have', () => {
    const late = new Set(['distributor', 'docker-provisioner', 'output']);
    expect(contradiction('3.0', late)).toBe(
      'The profile says server 3.0, but docker-provisioner and output are here, which came with 4.3. ' +
        'To correct the profile: circleci-admin config set version VERSION',
    );
    expect(contradiction('4.8', new Set(['dispatcher']))).toMatch(
      /server 4\.8, but dispatcher is here, which left with 4\.3/,
    );
    expect(contradiction('4.10', late)).toBeNull();
    expect(contradiction(null, late)).toBeNull();
    expect(contradiction('3.0', new Set(['frontend']))).toBeNull();
  });
});
