import { type JsonObject, numberOf, objectOf, objectOrNull, textOf } from '../json-value.ts';
import type { BuildSystemSummary, Licensing, RecentBuild } from './admin-api.ts';
import { momentOf } from './decode-moment.ts';

/** Reads the newest builds; null where it is no list. */
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

/** The web page's own code counts containers by it, and takes none for one (frontend, models/build.cljs). */
function tasksOf(value: unknown): number | null {
  const count = numberOf(value);
  return count !== null && Number.isInteger(count) && count > 0 ? count : null;
}

/** Reads the licence's seats; null where the answer knows none of them. */
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

/** Reads what is queued and running; null where the answer says nothing of it. */
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
