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
    ['of late 3.x, with a distributor', ['distributor', ...OLD], null, 'dispatcher'],
    ['of 4.3', LATE, '4.10', 'distributor'],
    ['of 4.3, with an unknown version', LATE, null, 'distributor'],
    ['of a part of 4.3', ['output'], null, 'distributor'],
    ['of a distributor alone', ['distributor'], null, 'distributor'],
    ['of a distributor alone in 4.2', ['distributor'], '4.2', 'dispatcher'],
    ['by the version alone', [], '4.3', 'distributor'],
    ['by nothing at all', [], null, 'dispatcher'],
  ])('is found %s', (_name, services, version, pipeline) => {
    expect(chosen(services, version)).toEqual({ pipeline, notes: [] });
  });

  it('is that of what runs, and a profile of another version is told', () => {
    expect(chosen(LATE, '3.0')).toEqual({
      pipeline: 'distributor',
      notes: [expect.stringMatching(/profile says server 3\.0, but docker-provisioner and output/)],
    });
    expect(chosen(OLD, '4.8')).toEqual({
      pipeline: 'dispatcher',
      notes: [expect.stringMatching(/server 4\.8, but dispatcher, scheduler and output-processor/)],
    });
  });

  it('misses the legacy dispatcher only in versions that have it', () => {
    expect(chosen(OLD, '3.0').notes).toEqual([expect.stringMatching(/has legacy-dispatcher/)]);
    for (const version of ['3.3', '3.4', '4.2', null])
      expect(chosen(OLD, version).notes).toEqual([]);
  });

  it('is chosen by the version where services of both kinds are here', () => {
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
