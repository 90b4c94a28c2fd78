import { EXIT_CODES } from '../../errors.ts';
import type { DrainSpec } from '../client.ts';
import { isDamaged } from '../jobs/placed-build.ts';
import type { DamagedBuild, DrainedClient, DrainReport, EndedBuild } from './drain-events.ts';
import type { DrainProgress } from './drain-progress.ts';

/** Builds the report of a drain from the progress of each client. */
export function drainReport(
  clients: readonly DrainProgress[],
  spec: DrainSpec,
  now: Date,
  again: ReadonlyMap<EndedBuild, DamagedBuild['again']>,
): DrainReport {
  const nodes = clients.map((client) => drainedClient(client, now, again));
  const force = spec.deadline === 'force';
  return {
    nodes,
    deadlineMs: typeof spec.deadline === 'number' ? spec.deadline : null,
    force,
    exitCode: drainExitCode(nodes, force),
  };
}

/**
 * Returns the exit code of a drain. Damage takes precedence over an expired timeout; builds that
 * were killed as requested by force are not damage. If all clients failed for the same reason, the
 * code is that of the reason.
 */
function drainExitCode(nodes: readonly DrainedClient[], force: boolean): number {
  const failed = nodes.flatMap((node) => (node.error ? [node.error.exitCode] : []));
  const [first] = failed;
  if (first !== undefined && failed.length === nodes.length) {
    return failed.every((code) => code === first) ? first : EXIT_CODES.failed;
  }
  const harmed = nodes.some(
    (node) =>
      ['cancelled', 'lost', 'failed'].includes(node.outcome) ||
      node.lostBuilds.length > 0 ||
      // Scripts terminate the instance after exit code 0.
      (node.outcome === 'drained' && !node.safeToTerminate) ||
      (!force && node.killedBuilds.length > 0),
  );
  if (harmed) return EXIT_CODES.partial;
  const open = nodes.some((node) => ['timed-out', 'not-set'].includes(node.outcome));
  return open ? EXIT_CODES.timeout : 0;
}

function drainedClient(
  client: DrainProgress,
  now: Date,
  again: ReadonlyMap<EndedBuild, DamagedBuild['again']>,
): DrainedClient {
  const damaged = (how: EndedBuild['how']): readonly DamagedBuild[] =>
    client.ended
      .filter((build) => isDamaged(build) && build.how === how)
      .map((build) => ({ ...build, again: again.get(build) ?? null }));
  return {
    ...client.client,
    outcome: client.outcome ?? 'draining',
    safeToTerminate: client.safeToTerminate,
    durationMs: client.durationMs(now),
    finishedBuilds: client.ended.filter((build) => !isDamaged(build)),
    killedBuilds: damaged('killed-by-drain'),
    lostBuilds: damaged('lost'),
    holding: client.holding,
    error: client.error,
  };
}
