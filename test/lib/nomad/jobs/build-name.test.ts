import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJobDetail } from '../../../../src/lib/nomad/http/decode-job.ts';
import {
  buildProject,
  matchesBuild,
  parseBuildName,
  parseBuildSelector,
  parseProject,
} from '../../../../src/lib/nomad/jobs/build-name.ts';
import { recordedJson } from '../http/recorded-nomad.ts';

const ID = '6007ca6352718c10b1227a5c-0-build-circleci-realitycheck-26';
const WORD = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/, { maxLength: 20 });

describe('parseBuildName', () => {
  it("parses every part of a build's ID, without separating organisation and repository", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9a-f]{24}$/),
        fc.nat({ max: 99 }),
        WORD,
        WORD,
        fc.nat(),
        (buildId, taskIndex, org, repo, number) => {
          const id = `${buildId}-${taskIndex}-build-${org}-${repo}-${number}`;
          expect(parseBuildName(id)).toEqual({
            buildId,
            taskIndex,
            slug: `${org}-${repo}`,
            number,
          });
          expect(matchesBuild(id, { slug: `${org}-${repo}`, number })).toBe(true);
          expect(matchesBuild(id, { slug: `${org}-${repo}`, number: number + 1 })).toBe(false);
        },
      ),
    );
  });

  it.each(['', 'telegraf', 'build-acme-web-1', '6007ca63-0-build-acme-web-1', `${ID}x`])(
    'returns null for %j',
    (id) => {
      expect(parseBuildName(id)).toBeNull();
    },
  );
});

describe('buildProject', () => {
  const name = parseBuildName(ID);
  if (!name) throw new Error('no build');

  it('returns organisation, repository and URL from the recorded job', () => {
    const job = decodeJobDetail(recordedJson('http/job-pending.json'));
    if (!job) throw new Error('no job');
    expect(buildProject(name, job)).toEqual({
      org: 'circleci',
      repo: 'realitycheck',
      url: 'https://circleci.example.com/gh/circleci/realitycheck/26',
    });
  });

  it.each([
    ['no URL', {}],
    ['the URL of another build', { build_url: 'https://ci/gh/circleci/realitycheck/27' }],
    ['the URL of another project', { build_url: 'https://ci/gh/circleci/other/26' }],
    ['a text that is not a URL', { build_url: 'circleci realitycheck 26' }],
  ])('returns only null values with %s', (_, meta) => {
    expect(buildProject(name, { meta, taskGroups: [] })).toEqual({
      ...{ org: null, repo: null, url: null },
    });
  });
});

describe('parseBuildSelector', () => {
  it.each([
    ['26', { slug: null, number: 26 }],
    ['#26', { slug: null, number: 26 }],
    ['acme/web', { slug: 'acme-web', number: null }],
    ['acme/web/26', { slug: 'acme-web', number: 26 }],
    ['acme/web#26', { slug: 'acme-web', number: 26 }],
    ['gh/acme/web', { slug: 'acme-web', number: null }],
    ['github/acme/web/26:1', { slug: 'acme-web', number: 26, task: 1 }],
    ['gh/web', { slug: 'gh-web', number: null }],
    ['26:1', { slug: null, number: 26, task: 1 }],
    ['acme/web/26:1', { slug: 'acme-web', number: 26, task: 1 }],
    ['https://ci.acme.io/gh/acme/web/26', { slug: 'acme-web', number: 26 }],
    [
      'https://ci.acme.io/pipelines/github/acme/web/7/workflows/5d/jobs/26',
      { slug: 'acme-web', number: 26 },
    ],
    ['https://ci.acme.io/dashboard', null],
    ['6007ca63', null],
    ['', null],
  ])('parses %j', (text, expected) => {
    expect(parseBuildSelector(text)).toEqual(expected);
  });

  it('rejects an invalid project', () => {
    expect(() => parseProject('web')).toThrow(
      expect.objectContaining({
        kind: 'usage',
        code: 'BAD_REPO',
        message: '"web" is not a project',
      }),
    );
    expect(parseProject('acme-web')).toEqual({ slug: 'acme-web', number: null });
  });
});
