import { joinNames } from '../join-names.ts';
import { contradiction, generationOfVersion, signsOf } from '../services/generation.ts';
import { GUIDE_SERVICES } from '../services/guide-services.ts';
import { isOfVersion } from '../services/version.ts';
import { PIPELINES, type Pipeline, STAGES, serviceOf } from './stages.ts';

/** The facts that determine the pipeline. */
export interface PipelineSigns {
  /** The services with a pod or a workload in this installation; empty if unknown. */
  readonly services: ReadonlySet<string>;
  /** The server version of the profile as major.minor; null if not set. */
  readonly version: string | null;
}

/** The pipeline of an installation, with notes on contradictions. */
export interface ChosenPipeline {
  readonly pipeline: Pipeline;
  /** Complete sentences. */
  readonly notes: readonly string[];
}

/**
 * Determines the pipeline from the services that run or, if there are none, from the profile's
 * version. A contradiction between the two is noted.
 */
export function choosePipeline({ services, version }: PipelineSigns): ChosenPipeline {
  const old = signsOf('before-4.3', services);
  const late = signsOf('since-4.3', services);
  const generation = version === null ? null : generationOfVersion(version);
  const before: Pipeline = services.has('legacy-dispatcher') ? 'legacy-dispatcher' : 'dispatcher';
  if (old.length > 0 && late.length > 0) {
    const pipeline = generation === 'before-4.3' ? before : 'distributor';
    return { pipeline, notes: [bothRun(old, late, pipeline)] };
  }
  const wrong = contradiction(version, services);
  const notes = wrong === null ? [] : [`${wrong}.`];
  if (late.length > 0) return { pipeline: 'distributor', notes };
  if (old.length > 0) {
    const missed = before === 'dispatcher' ? legacyMissed(version) : [];
    return { pipeline: before, notes: [...notes, ...missed] };
  }
  const alone = version === null && services.has(PIPELINES.distributor.dispatcher);
  return { pipeline: generation === 'since-4.3' || alone ? 'distributor' : before, notes: [] };
}

function bothRun(old: readonly string[], late: readonly string[], chosen: Pipeline): string {
  return (
    `Services from before 4.3 (${old.join(', ')}) and from after it (${late.join(', ')}) are ` +
    `here: an upgrade may be under way. Builds were followed through ${joinNames(stagesIn(chosen))}.`
  );
}

/**
 * Notes that legacy-dispatcher is missing although the version has it. It was removed within 3.x,
 * so it may also have been removed by an operator.
 */
function legacyMissed(version: string | null): readonly string[] {
  const service = GUIDE_SERVICES.find(({ name }) => name === 'legacy-dispatcher');
  if (version === null || !service || !isOfVersion(service, version)) return [];
  return [
    `The profile says server ${version}, which has legacy-dispatcher, but nothing of it is here: ` +
      'builds were followed from dispatcher on.',
  ];
}

function stagesIn(pipeline: Pipeline): readonly string[] {
  return STAGES.flatMap((stage) => serviceOf(pipeline, stage) ?? []);
}
