import { parseBuildName, parseBuildSelector } from '../../nomad/jobs/build-name.ts';
import { buildKey } from '../build-key.ts';
import type { Diagnosis, JudgedFinding } from '../diagnosis.ts';
import { type Place, UNDECIDED } from '../finding.ts';
import { stageOf } from '../stages.ts';
import type { BuildIdentity } from './build-facts.ts';
import type { StoppedAt } from './timeline.ts';

/** Places whose findings can be about a stage or another place. */
const SHARED_PLACES: ReadonlySet<Place> = new Set(['kubernetes', 'rabbitmq', 'server']);

/**
 * Selects the finding that explains why a build is stuck: the root cause of a finding that names
 * the build, or else of one at the place where it is stuck or on the way there. Returns null if no
 * finding fits.
 */
export function pickFinding(
  diagnosis: Pick<Diagnosis, 'findings'>,
  build: BuildIdentity,
  stoppedAt: StoppedAt | null,
): JudgedFinding | null {
  if (stoppedAt === null) return null;
  const findings = diagnosis.findings.filter(({ code }) => code !== UNDECIDED);
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

/** A finding about a pod is in Kubernetes, but also about the stage of the pod. */
function isAbout({ place, subject }: JudgedFinding, wanted: Place): boolean {
  if (place === wanted) return true;
  return SHARED_PLACES.has(place) && subject !== null && (stageOf(subject) ?? subject) === wanted;
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

/** Findings name builds as `org/repo/number`, or like Nomad's job. */
function isOf(name: string, { key, buildId }: BuildIdentity): boolean {
  const job = parseBuildName(name);
  if (job) return job.buildId.toLowerCase() === buildId || buildKey(job.slug, job.number) === key;
  const [, slug, number] = /^(\S+) (\d+)$/.exec(name) ?? [];
  if (slug && number) return buildKey(slug, Number(number)) === key;
  const named = parseBuildSelector(name);
  return named?.slug != null && named.number !== null && buildKey(named.slug, named.number) === key;
}
