import { describe, expect, it } from 'vitest';
import type { AdminError } from '../../../../src/lib/errors.ts';
import type { JobId } from '../../../../src/lib/nomad/model.ts';
import {
  type BuildTarget,
  findBuild,
  parseBuildTarget,
} from '../../../../src/lib/queue/build/build-target.ts';
import { ID, ui } from './samples.ts';

const OTHER = 'aaaaaaaaaaaaaaaaaaaaaaaa';

function job(id: string, task: number, slug: string, number: number) {
  return { id: `${id}-${task}-build-${slug}-${number}` as JobId };
}

function thrown(work: () => unknown): Partial<AdminError> {
  try {
    work();
  } catch (error) {
    return error as AdminError;
  }
  throw new Error('nothing was thrown');
}

describe('the notation of a build', () => {
  const web: Partial<BuildTarget> = { slug: 'acme-web', project: 'acme/web', number: 21 };

  it.each<[string, Partial<BuildTarget>]>([
    ['acme/web/21', { ...web, task: null, buildId: null }],
    ['acme/web#21', web],
    ['gh/acme/web/21', web],
    ['bitbucket/acme/web#21', web],
    ['gh/acme/21', { slug: 'gh-acme', project: 'gh/acme', number: 21 }],
    ['acme/web/21:3', { ...web, task: 3 }],
    ['https://ci.example.com/gh/acme/web/21', web],
    ['https://ci.example.com/gh/acme/web/21?x=1#tests', web],
    ['https://ci.example.com/pipelines/github/acme/web/7/workflows/8a/jobs/21', web],
    ['6FD74657', { prefix: '6fd74657', buildId: null, number: null }],
    ['6fd74657-a1', { prefix: '6fd74657-a1' }],
    ['12345678', { prefix: null, number: 12_345_678 }],
    ['21', { slug: null, project: null, number: 21 }],
    [ID, { buildId: ID, number: null, task: null }],
    [`${ID.toUpperCase()}:2`, { buildId: ID, task: 2 }],
    [
      `${ID}-1-build-acme-web-21`,
      { buildId: ID, slug: 'acme-web', project: null, number: 21, task: 1 },
    ],
  ])('%s', (text, expected) => {
    expect(parseBuildTarget(text)).toMatchObject({ text, ...expected });
  });

  it.each(['', 'acme/web', 'web', 'https://ci.example.com/gh/acme/web', `${ID}x`])(
    '"%s" is invalid',
    (text) => {
      const error = thrown(() => parseBuildTarget(text));
      expect(error).toMatchObject({
        ...{ kind: 'usage', code: 'BAD_BUILD', message: `"${text}" does not name a build` },
        hint: expect.stringContaining('org/repo/number'),
      });
    },
  );
});

describe('finding a build', () => {
  const jobs = [job(ID, 0, 'acme-web', 21), job(ID, 1, 'acme-web', 21), job(OTHER, 0, 'x-web', 21)];

  it("returns all parallel tasks, and the UI's entry", () => {
    for (const text of ['acme/web/21', ID, `${ID}-1-build-acme-web-21`]) {
      const found = findBuild(parseBuildTarget(text), { jobs, builds: [ui({ number: 20 }), ui()] });
      expect(found.identity).toMatchObject({
        ...{ name: 'acme/web/21', key: 'acme-web-21', buildId: ID, number: 21 },
        url: 'https://ci.example.com/gh/acme/web/21',
      });
      expect([...found.jobIds]).toEqual(jobs.slice(0, 2).map(({ id }) => id));
      expect(found.ui).toEqual(ui());
    }
  });

  it('succeeds with either source', () => {
    const target = parseBuildTarget('acme/web/21');
    const [nomad, server, nobody] = [
      findBuild(target, { jobs, builds: null }),
      findBuild(target, { jobs: null, builds: [ui()] }),
      findBuild(target, { jobs: [], builds: [] }),
    ];
    expect(nomad).toMatchObject({ identity: { name: 'acme/web/21', buildId: ID }, ui: null });
    expect(server).toMatchObject({ identity: { buildId: null }, ui: ui() });
    expect(nobody).toMatchObject({ identity: { key: 'acme-web-21' }, ui: null });
  });

  it.each<[string, string, readonly string[]]>([
    ['21', 'a number of several projects', [`acme-web/21 (${ID})`, `x-web/21 (${OTHER})`]],
    ['acme/web/22', 'two builds of one name', ['acme-web/22', OTHER]],
  ])('rejects "%s", %s', (text, _why, listed) => {
    const all = [...jobs, job(ID, 0, 'acme-web', 22), job(OTHER, 0, 'acme-web', 22)];
    const error = thrown(() => findBuild(parseBuildTarget(text), { jobs: all, builds: [] }));
    expect(error).toMatchObject({ kind: 'usage', code: 'AMBIGUOUS_BUILD' });
    for (const one of listed) expect(error.message).toContain(one);
  });
});
