import { type Check, failed, notConfigured, ok, skipped, warning } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { accessResults, failedAccess, usedAccess } from '../nomad-access.ts';
import { ACCESS_CODES } from './nomad-access.ts';

/** The supported Nomad versions: those of servers and clients in use. */
const KNOWN = { oldest: [0, 11], newestMajor: 2 } as const;

/** CA0305: the Nomad servers have a leader. Without one they answer hardly any request. */
export const nomadLeader: Check<Pick<DoctorContext, 'nomadAccess'>> = {
  code: 'CA0305',
  category: 'nomad',
  name: 'Nomad has a leader',
  needs: ['CA0103'],
  needsOneOf: Object.values(ACCESS_CODES),
  unlessFailed: ['CA0104'],
  async run(context) {
    const results = await accessResults(await context.nomadAccess());
    const used = usedAccess(results);
    if (!used) {
      if (results.length === 0) return notConfigured('access to Nomad is not configured');
      const failedMethod = failedAccess(results);
      return skipped(
        `Nomad cannot be reached: see ${failedMethod ? ACCESS_CODES[failedMethod.access] : 'CA0209'}`,
      );
    }
    if (used.leader !== null) return ok(used.leader);
    if (used.error && used.error.code !== 'NOMAD_NO_LEADER') throw used.error;
    return failed(
      'there is no leader',
      'Check the servers: circleci-admin nomad cli -- server members; and the log of their pod',
    );
  },
};

/** CA0306: Nomad accepts the token, or requires none. */
export const nomadToken: Check<Pick<DoctorContext, 'nomadNodes' | 'token'>> = {
  code: 'CA0306',
  category: 'nomad',
  name: 'Nomad allows reading',
  needs: ['CA0305'],
  async run(context) {
    const [token, nodes] = await Promise.all([context.token('nomad'), context.nomadNodes()]);
    const clients = nodes.length === 1 ? '1 client' : `${nodes.length} clients`;
    return ok(token === null ? `without a token: ${clients}` : clients);
  },
};

/** CA0307: the Nomad server's version is supported. */
export const nomadVersion: Check<Pick<DoctorContext, 'nomadAccess'>> = {
  code: 'CA0307',
  category: 'nomad',
  name: "Nomad's version is supported",
  needs: ['CA0306'],
  async run(context) {
    const used = usedAccess(await accessResults(await context.nomadAccess()));
    if (!used) return skipped('see CA0305');
    const { version } = await used.client.agent();
    const [major, minor] = majorMinor(version);
    if (major === KNOWN.oldest[0] && minor < KNOWN.oldest[1]) {
      const hint = 'Commands may show incomplete data; upgrade CircleCI Server.';
      return warning(`${version} is older than ${KNOWN.oldest.join('.')}`, hint);
    }
    if (major > KNOWN.newestMajor) {
      const hint = 'Check for a newer version of circleci-admin.';
      return warning(`${version} is newer than this version of circleci-admin supports`, hint);
    }
    return ok(version);
  },
};

/** CA0308: no client is newer than its server, which Nomad does not support. */
export const nomadClientVersions: Check<Pick<DoctorContext, 'nomadAccess' | 'nomadNodes'>> = {
  code: 'CA0308',
  category: 'nomad',
  name: 'the clients are compatible with the server',
  needs: ['CA0307'],
  async run(context) {
    const used = usedAccess(await accessResults(await context.nomadAccess()));
    if (!used) return skipped('see CA0305');
    const server = (await used.client.agent()).version;
    const live = (await context.nomadNodes()).filter(({ status }) => status !== 'down');
    const versions = [...new Set(live.flatMap(({ version }) => version ?? []))].sort();
    if (live.length === 0) return ok('there are no clients');
    const newer = versions.filter((version) => isNewer(version, server));
    if (newer.length > 0) {
      const hint =
        "Replace them with clients of the server's version: circleci-admin nomad node-status -o wide";
      return warning(`clients run ${newer.join(', ')}, newer than the server's ${server}`, hint);
    }
    const older = versions.filter((version) => isNewer(server, version));
    const olderNote = older.length > 0 ? `; ${older.join(', ')} is older, which is fine` : '';
    return ok(`${versions.join(', ') || 'unknown'} with server ${server}${olderNote}`);
  },
};

function majorMinor(version: string): readonly [number, number] {
  const [, major = '0', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return [Number(major), Number(minor)];
}

/** Compares major and minor only: CircleCI's own builds use different patch numbers. */
function isNewer(one: string, other: string): boolean {
  const [[a, b], [c, d]] = [majorMinor(one), majorMinor(other)];
  return a > c || (a === c && b > d);
}
