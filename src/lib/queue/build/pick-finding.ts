import { parseBuildName, parseBuildSelector } from '../../nomad/jobs/build-name.ts';
import { buildKey } from '../build-key.ts';
import type { Diagnosis, JudgedFinding } from '../diagnosis.ts';
import type { Place } from '../finding.ts';
import { stageOf } from '../stages.ts';
import type { BuildIdentity } from './build-facts.ts';
import type { StoppedAt } from './timeline.ts';

/** Which parts of the cluster hold up which places. */
const CARRIES: ReadonlySet<Place> = new Set(['kubernetes', 'rabbitmq', 'server']);

/**
 * The finding that says why a build stands still: the root of one that names the build, else of one
 * for the place where it stands, or for one on the way there. Null where the rules found nothing
 * that could be it.
 */
export function pickFinding(
  { findings }: Pick<Diagnosis, 'findings'>,
  build: BuildIdentity,
  stoppedAt: StoppedAt | null,
): JudgedFinding | null {
  if (stoppedAt === null) return null;
  const naming = findings.filter((finding) => finding.builds.some((name) => isOf(name, build)));
  const errors = findings.filter(({ severity }) => severity === 'error');
  const candidates = [
    ...naming,
    ...stoppedAt.between.flatMap((place) => errors.filter((one) => isAbout(one, place))),
    ...stoppedAt.between.flatMap((place) => findings.filter((one) => isAbout(one, place))),
  ];
  const [first] = candidates;
  return first ? rootOf(first, findings) : null;
}

/** A pod that does not run is found in Kubernetes, and is about its stage. */
function isAbout({ place, subject }: JudgedFinding, wanted: Place): boolean {
  if (place === wanted) return true;
  return CARRIES.has(place) && subject !== null && (stageOf(subject) ?? subject) === wanted;
}

function rootOf(finding: JudgedFinding, all: readonly JudgedFinding[]): JudgedFinding {
  const seen = new Set<JudgedFinding>();
  let at = finding;
  while (at.causedBy !== null && !seen.has(at)) {
    seen.add(at);
    const { causedBy } = at;
    at = all.find(({ code }) => code === causedBy) ?? at;
  }
  return at;
}

/** Findings name builds by `org/repo/number`, or as Nomad's job has it. */
function isOf(name: string, { key, buildId }: BuildIdentity): boolean {
  const job = parseBuildName(name);
  if (job) return job.buildId.toLowerCase() === buildId || buildKey(job.slug, job.number) === key;
  const [, slug, number] = /^(\S+) (\d+)$/.exec(name) ?? [];
  if (slug && number) return buildKey(slug, Number(number)) === key;
  const named = parseBuildSelector(name);
  return named?.slug != null && named.number !== null && buildKey(named.slug, named.number) === key;
}
