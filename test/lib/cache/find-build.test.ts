import { expect, it } from 'vitest';
import { locateBuild } from '../../../src/lib/cache/find-build.ts';
import { AdminError } from '../../../src/lib/errors.ts';
import { parseBuildTarget } from '../../../src/lib/queue/build/build-target.ts';

it.each([
  ['refused', 'Cancelled', 'CANCELLED', 'Cancelled'],
  ['service', 'Nobody answers', 'BUILD_PROJECT_NEEDED', 'is unknown: Nobody answers'],
] as const)(
  'passes on a refusal, and otherwise asks for the project: %s',
  async (kind, said, code, message) => {
    const failed = async () => {
      throw new AdminError(kind, said, { code: 'CANCELLED' });
    };
    const target = parseBuildTarget('6007ca6352718c10b1227a57');
    const { signal } = new AbortController();
    const placed = locateBuild(target, { admin: failed, nomad: failed }, signal);
    await expect(placed).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  },
);
