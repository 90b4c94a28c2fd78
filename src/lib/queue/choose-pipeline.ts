import { contradiction, generationOfVersion, signsOf } from '../services/generation.ts';
import { GUIDE_SERVICES } from '../services/guide-services.ts';
import { isOfVersion } from '../services/version.ts';
import { PIPELINES, type Pipeline, STAGES, serviceOf } from './stages.ts';

/** What a pipeline is told by. */
export interface PipelineSigns {
  /** Services that have a pod or a workload here; empty where nobody knows. */
  readonly services: ReadonlySet<string>;
  /** The server's version as major.minor, as the profile says; null where it does not. */
  readonly version: string | null;
}

/** The pipeline of an installation, and where what tells it does not agree. */
export interface ChosenPipeline {
  readonly pipeline: Pipeline;
  /** Sentences. */
  readonly notes: readonly string[];
}

/**
 * Says which services carry builds here: what runs decides, and where nothing of it is known the version
 * that the profile has. Where both contradict each other, that is said.
 */
export function choosePipeline({ services, version }: PipelineSigns): ChosenPipeline {
  const old = signsOf('before-4.3', services);
  const late = signsOf('since-4.3', services);
  const told = version === null ? null : generationOfVersion(version);
  const before: Pipeline = services.has('legacy-dispatcher') ? 'legacy-dispatcher' : 'dispatcher';
  if (old.length > 0 && late.length > 0) {
    const pipeline = told === 'before-4.3' ? before : 'distributor';
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
  return { pipeline: told === 'since-4.3' || alone ? 'distributor' : before, notes: [] };
}

function bothRun(old: readonly string[], late: readonly string[], chosen: Pipeline): string {
  return (
    `Services from before 4.3 (${old.join(', ')}) and from after it (${late.join(', ')}) are ` +
    `here: an upgrade may be under way. Builds were followed through ${listed(stagesIn(chosen))}.`
  );
}

/** It left within 3.x: of a version that still has it, it may have been removed by somebody. */
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

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
