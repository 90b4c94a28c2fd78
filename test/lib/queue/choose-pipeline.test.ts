import { describe, expect, it } from 'vitest';
import { choosePipeline } from '../../../src/lib/queue/choose-pipeline.ts';
import type { Pipeline } from '../../../src/lib/queue/stages.ts';

const OLD = ['dispatcher', 'scheduler', 'output-processor'];
const LATE = ['distributor', 'docker-provisioner', 'output'];

function chosen(services: readonly string[], version: string | null) {
  return choosePipeline({ services: new Set(services), version });
}

describe('the pipeline', () => {
  it.each<[string, readonly string[], string | null, Pipeline]>([
    ['with all services of 3.0', ['legacy-dispatcher', ...OLD], '3.0', 'legacy-dispatcher'],
    ['without the legacy dispatcher', OLD, '3.4', 'dispatcher'],
    ['in late 3.x, with a distributor', ['distributor', ...OLD], null, 'dispatcher'],
    ['in 4.3', LATE, '4.10', 'distributor'],
    ['in 4.3, without a known version', LATE, null, 'distributor'],
    ['with only a part of 4.3', ['output'], null, 'distributor'],
    ['with only a distributor', ['distributor'], null, 'distributor'],
    ['with only a distributor in 4.2', ['distributor'], '4.2', 'dispatcher'],
    ['from only the version', [], '4.3', 'distributor'],
    ['without any information', [], null, 'dispatcher'],
  ])('is determined %s', (_name, services, version, pipeline) => {
    expect(chosen(services, version)).toEqual({ pipeline, notes: [] });
  });

  it('follows the running services, with a note if the profile has another version', () => {
    expect(chosen(LATE, '3.0')).toEqual({
      pipeline: 'distributor',
      notes: [expect.stringMatching(/profile says server 3\.0, but docker-provisioner and output/)],
    });
    expect(chosen(OLD, '4.8')).toEqual({
      pipeline: 'dispatcher',
      notes: [expect.stringMatching(/server 4\.8, but dispatcher, scheduler and output-processor/)],
    });
  });

  it('notes a missing legacy dispatcher only in versions that have it', () => {
    expect(chosen(OLD, '3.0').notes).toEqual([expect.stringMatching(/has legacy-dispatcher/)]);
    for (const version of ['3.3', '3.4', '4.2', null])
      expect(chosen(OLD, version).notes).toEqual([]);
  });

  it('follows the version if services of both generations run', () => {
    const both = [...OLD, ...LATE];
    const told = (followed: string) => [
      expect.stringMatching(new RegExp(`upgrade may be under way.*through ${followed}`)),
    ];
    const late = { pipeline: 'distributor', notes: told('distributor, docker-provisioner') };
    expect(chosen(both, '4.3')).toEqual(late);
    expect(chosen(both, null)).toEqual(late);
    expect(chosen(both, '4.2')).toEqual({
      pipeline: 'dispatcher',
      notes: told('dispatcher, scheduler'),
    });
  });
});
