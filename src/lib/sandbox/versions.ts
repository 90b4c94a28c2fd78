import type { PodSpec } from './kubernetes/scenario.ts';
import { CONFIG_MAPS_3X, INSTALLATION_3X } from './kubernetes/services.ts';
import { CONFIG_MAPS_4X, INSTALLATION_4_2, INSTALLATION_4_3 } from './kubernetes/services-4x.ts';
import { FORM_3_0, FORM_4_2, FORM_4_3 } from './pipeline/form.ts';
import type { PipelineForm } from './pipeline/scenario.ts';

/**
 * The server versions that can be simulated, one per generation of the pipeline. 4.2 represents all
 * versions from the 3.x without legacy-dispatcher on, 4.3 all later ones.
 */
export type ServerVersion = '3.0' | '4.2' | '4.3';

/** The defaults of a version for scenarios that do not set them. */
export interface VersionParts {
  readonly pods: readonly PodSpec[];
  readonly configMaps: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly pipeline: PipelineForm;
  /** The version of Nomad's servers and clients. */
  readonly nomad: string;
}

/** The parts of each version. */
export const VERSIONS: Readonly<Record<ServerVersion, VersionParts>> = {
  '3.0': {
    pods: INSTALLATION_3X,
    configMaps: CONFIG_MAPS_3X,
    pipeline: FORM_3_0,
    nomad: '1.0.4',
  },
  '4.2': {
    pods: INSTALLATION_4_2,
    configMaps: CONFIG_MAPS_4X,
    pipeline: FORM_4_2,
    nomad: '1.1.2',
  },
  '4.3': {
    pods: INSTALLATION_4_3,
    configMaps: CONFIG_MAPS_4X,
    pipeline: FORM_4_3,
    nomad: '1.4.568',
  },
};
