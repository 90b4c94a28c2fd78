import { mapBounded } from '../../bounded.ts';
import type { Milliseconds } from '../../clock.ts';
import { AdminError } from '../../errors.ts';
import { collect } from '../../nomad/collect.ts';
import { type JobReport, type JobReportReader, readJob } from '../../nomad/jobs/job-report.ts';
import type { NomadJob } from '../../nomad/model.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import { nomadNow } from '../facts/moments.ts';
import { pipelineOf } from '../facts/pipeline-of.ts';
import { Round } from '../gather/round.ts';
import type { NomadSource, QueueSources, Source } from '../gather/sources.ts';
import { type Evidence, known, notAsked, whyMissing } from '../snapshot/evidence.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import { nameOf, type Pipeline, type Stage, stagesOf } from '../stages.ts';
import type { BuildFacts, StageEvidence, StageRecords, StepClock } from './build-facts.ts';
import { BuildMatcher } from './build-matcher.ts';
import { buildOfPrefix, findPrefix } from './build-prefix.ts';
import { type BuildTarget, type FoundBuild, findBuild, fitsJob } from './build-target.ts';
import { refuseUnknownTask } from './known-tasks.ts';
import { buildHostsIn, refuseOtherServer, unsureNote } from './other-server.ts';
import { readBuildLogs } from './read-build-logs.ts';

/** The sources to follow a build with. */
export interface BuildSources extends Omit<QueueSources, 'nomad'> {
  readonly nomad: Source<NomadSource & JobReportReader>;
}

/** The options of following a build. */
export interface BuildOptions {
  readonly signal: AbortSignal;
  /** How far back to read logs and the UI's list. */
  readonly sinceMs: Milliseconds;
  /** How long a service may send nothing before its request times out. */
  readonly limitMs: Milliseconds;
}

/** Maximum number of parallel tasks that are read at the same time. */
const JOBS_AT_ONCE = 5;
/** The server's maximum page size, and the maximum number of pages to search for an old build. */
const PAGE = 100;
const MAX_PAGES = 5;

/**
 * Collects all that is known about one build. A service that failed for the snapshot is not
 * requested again.
 *
 * @throws AdminError `usage` AMBIGUOUS_BUILD; `notFound` BUILD_NOT_FOUND, TASK_NOT_FOUND; `refused`
 *   OTHER_SERVER; `service` NOTHING_TO_ASK if no service could be reached
 */
export async function readBuild(
  target: BuildTarget,
  snapshot: QueueSnapshot,
  sources: BuildSources,
  options: BuildOptions,
): Promise<BuildFacts> {
  const { signal, limitMs, sinceMs } = options;
  const round = new Round(sources, { limitMs }, signal, () => undefined);
  if (target.prefix !== null) {
    const whole = await wholeTarget(target, target.prefix, sources, round);
    return readBuild(whole, snapshot, sources, options);
  }
  const [jobs, builds] = await Promise.all([
    listJobs(target, snapshot, sources, round),
    listBuilds(target, snapshot, round, sinceMs),
  ]);
  const found = findBuild(target, { jobs: known(jobs), builds: known(builds) });
  const matcher = new BuildMatcher(found.identity);
  const [reports, logs] = await Promise.all([
    readReports(found, jobs, snapshot, sources, round),
    readBuildLogs(snapshot, matcher, round, sinceMs),
  ]);
  const learned = found.identity.key === null ? learnedTarget(target, matcher.key) : null;
  // Only the ID was known; a log has revealed the project, so start again with it.
  if (learned) return readBuild(learned, snapshot, sources, options);
  const chosen = pipelineOf(snapshot);
  const stages = stageEvidence(chosen.pipeline, snapshot, logs);
  const ownHosts = [sources.host, ...hostsInEvidence(snapshot, builds, reports, stages)];
  refuseOtherServer(target, ownHosts);
  refuseUnknown(target, found, [jobs, builds], stages);
  const { identity } = found;
  const facts: BuildFacts = {
    build: { ...identity, buildId: identity.buildId ?? matcher.buildId },
    now: sources.clock.now(),
    chosen,
    stages,
    jobs: reports,
    ui: builds.status === 'known' ? { ...builds, value: found.ui } : builds,
    serverClock: { name: 'server', aheadMs: snapshot.clocks.serverAheadMs },
    nomadClock: nomadClock(snapshot),
    notes: [unsureNote(target.host, ownHosts)].filter((note) => note !== null),
  };
  refuseUnknownTask(facts);
  return facts;
}

/** Only Nomad can resolve a prefix. */
async function wholeTarget(
  target: BuildTarget,
  prefix: string,
  { nomad }: BuildSources,
  round: Round,
): Promise<BuildTarget> {
  const found = await round.ask('nomad', nomad, (client, context) =>
    findPrefix(client, prefix, context.signal),
  );
  if (found.status === 'known') return buildOfPrefix(target, found.value);
  const why = whyMissing(found);
  throw new AdminError('service', `Nomad could not be asked for build "${target.text}": ${why}`, {
    code: 'NOTHING_TO_ASK',
    hint: 'Give org/repo/number, or the whole ID of the build.',
  });
}

async function listJobs(
  target: BuildTarget,
  { nomad: { jobs } }: QueueSnapshot,
  { nomad }: BuildSources,
  round: Round,
): Promise<Evidence<readonly NomadJob[]>> {
  if (jobs.status !== 'known') return jobs;
  return round.ask('nomad', nomad, (client, { signal }) =>
    collect(client.jobs({ signal }), ({ id }) => fitsJob(target, id)),
  );
}

/**
 * Lists builds of the UI: those of the snapshot or, if needed, further pages, as far back as
 * requested.
 */
async function listBuilds(
  target: BuildTarget,
  { server: { builds }, takenAt }: QueueSnapshot,
  round: Round,
  sinceMs: Milliseconds,
): Promise<Evidence<readonly RecentBuild[]>> {
  if (builds.status !== 'known') return builds;
  const fits = (all: readonly RecentBuild[]): boolean =>
    findBuild(target, { jobs: null, builds: all }).ui !== null;
  if (target.number === null || fits(builds.value)) return builds;
  const { admin } = round.sources;
  return round.ask('server', admin, async (api, { signal, onProgress }) => {
    const all = [...builds.value];
    for (let page = 1; page < MAX_PAGES && !fits(all); page += 1) {
      const more = await api.recentBuilds({ limit: PAGE, offset: page * PAGE }, signal);
      onProgress();
      all.push(...more);
      const oldest = more.at(-1)?.queuedAt ?? null;
      if (oldest === null || takenAt.getTime() - oldest.getTime() > sinceMs) break;
    }
    return all;
  });
}

async function readReports(
  { jobIds }: FoundBuild,
  jobs: Evidence<readonly NomadJob[]>,
  snapshot: QueueSnapshot,
  { nomad, clock }: BuildSources,
  round: Round,
): Promise<Evidence<readonly JobReport[]>> {
  if (jobs.status !== 'known') return jobs;
  const wanted = jobs.value.filter(({ id }) => jobIds.has(id));
  const ahead = nomadNow(snapshot).getTime() - snapshot.takenAt.getTime();
  const now = (): Date => new Date(clock.now().getTime() + ahead);
  return round.ask('nomad', nomad, (client, { signal }) =>
    mapBounded(wanted, JOBS_AT_ONCE, (job) => readJob(client, job, { now, signal })),
  );
}

/** Returns the hosts in the URLs of builds: from the UI's list, Nomad's jobs and the logs. */
function hostsInEvidence(
  { nomad }: QueueSnapshot,
  builds: Evidence<readonly RecentBuild[]>,
  reports: Evidence<readonly JobReport[]>,
  stages: readonly StageEvidence[],
): readonly string[] {
  const lines = stages.flatMap(({ log }) => known(log)?.records ?? []).map(({ line }) => line.text);
  const urls = [
    ...(known(builds) ?? []).map(({ url }) => url),
    ...(known(nomad.jobs) ?? []).map(({ url }) => url),
    ...(known(reports) ?? []).map(({ job }) => job.url),
    ...lines,
  ];
  return [...new Set(urls.flatMap((text) => (text === null ? [] : buildHostsIn(text))))];
}

/** Returns the stages of this installation with their evidence. */
function stageEvidence(
  pipeline: Pipeline,
  { pods }: QueueSnapshot,
  logs: ReadonlyMap<Stage, Evidence<StageRecords>>,
): readonly StageEvidence[] {
  const all = known(pods);
  return stagesOf(pipeline).map((stage) => {
    const own = all?.filter((pod) => pod.stage === stage) ?? null;
    const ready = own?.some(({ judgement }) => judgement.health === 'ready') ?? null;
    const none = own?.length === 0 ? 'no pod' : 'pods unknown';
    const name = nameOf(pipeline, stage);
    return { stage, name, ready, log: logs.get(stage) ?? notAsked(none) };
  });
}

/** The Nomad server runs in a pod: if its own offset is unknown, the cluster's is used. */
function nomadClock(snapshot: QueueSnapshot): StepClock {
  const { nomadAheadMs, kubernetesAheadMs } = snapshot.clocks;
  const guess = nomadNow(snapshot).getTime() - snapshot.takenAt.getTime();
  const isKnown = nomadAheadMs !== null || kubernetesAheadMs !== null;
  return { name: 'nomad', aheadMs: isKnown ? guess : null };
}

function learnedTarget(target: BuildTarget, key: string | null): BuildTarget | null {
  const [, slug, number] = /^(.+)-(\d+)$/.exec(key ?? '') ?? [];
  return slug && number ? { ...target, slug, number: Number(number) } : null;
}

/** Throws if no source knows the build, or if no source could be read. */
function refuseUnknown(
  { text }: BuildTarget,
  { jobIds, ui }: FoundBuild,
  lists: readonly Evidence<unknown>[],
  stages: readonly StageEvidence[],
): void {
  const named = stages.some(({ log }) => (known(log)?.records.length ?? 0) > 0);
  if (jobIds.size > 0 || ui !== null || named) return;
  const requested = [...lists, ...stages.map(({ log }) => log)];
  if (requested.every(({ status }) => status !== 'known')) {
    const failed = requested.find((one) => one.status === 'failed');
    const why = failed ? `: ${whyMissing(failed)}` : '';
    throw new AdminError(
      'service',
      `No service could be reached to look for build "${text}"${why}`,
      {
        code: 'NOTHING_TO_ASK',
        hint: 'To see what cannot be reached: circleci-admin doctor',
      },
    );
  }
  throw new AdminError(
    'notFound',
    `Build "${text}" was not found in Nomad, in the UI or in any log`,
    {
      code: 'BUILD_NOT_FOUND',
      hint: 'Search further back with --since 24h, or list the builds in Nomad: circleci-admin nomad status',
    },
  );
}
