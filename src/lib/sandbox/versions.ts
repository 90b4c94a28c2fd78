import type { PodSpec } from './kubernetes/scenario.ts';
import { CONFIG_MAPS_3X, INSTALLATION_3X } from './kubernetes/services.ts';
import { CONFIG_MAPS_4X, INSTALLATION_4_2, INSTALLATION_4_3 } from './kubernetes/services-4x.ts';
import { FORM_3_0, FORM_4_2, FORM_4_3 } from './pipeline/form.ts';
import type { PipelineForm } from './pipeline/scenario.ts';

/**
 * Versions of the server that an installation can be of: one of each way that builds take. 4.2 stands for
 * all from the 3.x that has no legacy-dispatcher any more, 4.3 for all that came after.
 */
export type ServerVersion = '3.0' | '4.2' | '4.3';

/** What an installation of a version is made of, where a scenario does not say it. */
export interface VersionParts {
  readonly pods: readonly PodSpec[];
  readonly configMaps: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly pipeline: PipelineForm;
  /** Of Nomad's servers and clients. */
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
