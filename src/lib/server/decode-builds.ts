import { type JsonObject, numberOf, objectOf, objectOrNull, textOf } from '../json-value.ts';
import type { BuildSystemSummary, Licensing, RecentBuild } from './admin-api.ts';
import { momentOf } from './decode-moment.ts';

/** Decodes the list of recent builds; returns null if the value is not one. */
export function decodeBuilds(value: unknown): readonly RecentBuild[] | null {
  if (!Array.isArray(value)) return null;
  const builds = value.map(objectOrNull);
  return builds.includes(null) ? null : builds.map((fields) => decodeBuild(objectOf(fields)));
}

function decodeBuild(fields: JsonObject): RecentBuild {
  const org = textOf(fields['username']);
  const repo = textOf(fields['reponame']);
  return {
    project: org === null || repo === null ? null : `${org}/${repo}`,
    number: numberOf(fields['build_num']),
    status: textOf(fields['status']),
    startedBy: textOf(objectOf(fields['user'])['login']),
    queuedAt: momentOf(fields['usage_queued_at']) ?? momentOf(fields['queued_at']),
    startedAt: momentOf(fields['start_time']),
    stoppedAt: momentOf(fields['stop_time']),
    url: textOf(fields['build_url']),
    parallel: tasksOf(fields['parallel']),
  };
}

/**
 * The web page uses `parallel` as the container count, and treats a missing value as 1 (frontend,
 * models/build.cljs).
 */
function tasksOf(value: unknown): number | null {
  const count = numberOf(value);
  return count !== null && Number.isInteger(count) && count > 0 ? count : null;
}

/** Decodes the seats of the licence; returns null if the response contains none of the fields. */
export function decodeLicensing(value: unknown): Licensing | null {
  const fields = objectOf(value);
  const licensing = {
    licensedSeats: numberOf(fields['licensed_seats']),
    activeSeats: numberOf(fields['active_seats']),
    suspendedSeats: numberOf(fields['suspended_seats']),
    inactiveSeats: numberOf(fields['inactive_seats']),
    requestedSeats: numberOf(fields['requested_seats']),
    expiresAt: momentOf(fields['license_expiration']),
  };
  return Object.values(licensing).every((one) => one === null) ? null : licensing;
}

/** Decodes the queue sizes; returns null if the response contains none of them. */
export function decodeBuildSystem(value: unknown): BuildSystemSummary | null {
  const fields = objectOf(value);
  const summary = {
    usageQueue: load(fields['usage_queue']),
    runQueue: load(fields['run_queue']),
    running: load(fields['running']),
  };
  return Object.values(summary).every((one) => one === null) ? null : summary;
}

function load(value: unknown): { readonly builds: number; readonly containers: number } | null {
  const fields = objectOf(value);
  const builds = numberOf(fields['builds']);
  const containers = numberOf(fields['containers']);
  return builds === null || containers === null ? null : { builds, containers };
}
