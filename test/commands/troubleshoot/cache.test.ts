import { describe, expect, it } from 'vitest';
import { cli } from '../../support/cli.ts';

const cache = (...words: readonly string[]) => cli(['troubleshoot', 'cache', ...words]);

describe('troubleshoot cache', () => {
  it.each([
    ['620MB', 620_000_000, 'too-large', 9],
    ['1.2GiB', 1_288_490_189, 'too-large', 9],
    ['500000001', 500_000_001, 'too-large', 9],
    ['500 MB', 500_000_000, 'ok', 0],
    ['0.4g', 400_000_000, 'ok', 0],
    ['0.001 TB', 1_000_000_000, 'too-large', 9],
  ])('judges %s', async (size, sizeBytes, verdict, exitCode) => {
    const { stdout, ...ended } = await cache(size, '--json');
    expect(ended).toEqual({ stderr: '', exitCode });
    expect(JSON.parse(stdout)).toMatchObject({ sizeBytes, limitBytes: 500_000_000, verdict });
  });

  it('says by how much it is too large, in the unit of the rule', async () => {
    const { stdout } = await cache('620MB', '-o', 'table');
    expect(stdout).toMatch(
      /^Size +620 MB\nLimit +500 MB\nVerdict +too large\nWhy +120 MB over 500 MB: /,
    );
  });

  it.each([
    ['https://circleci.example.com/gh/acme/api/21', 'CACHE_SIZE_NEEDED'],
    ['acme/api/21', 'CACHE_SIZE_NEEDED'],
    ['6007ca6352718c10b1227a57-0-build-acme-api-21', 'CACHE_SIZE_NEEDED'],
    ['large', 'BAD_SIZE'],
    ['99999999999999999999GB', 'BAD_SIZE'],
    ['12 parsecs', 'BAD_SIZE'],
  ])('says what it needs in place of %s', async (text, code) => {
    const { stdout, stderr, exitCode } = await cache(text, '--json');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(JSON.parse(stderr)).toMatchObject({ code, hint: expect.stringContaining('620MB') });
  });
});
