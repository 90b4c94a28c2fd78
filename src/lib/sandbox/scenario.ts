import type { FaultRule } from './faults.ts';
import type { GitHubScenario } from './github/scenario.ts';
import type { KubernetesScenario } from './kubernetes/scenario.ts';
import type { NomadScenario } from './nomad/nomad-sandbox.ts';
import type { NreplScenario } from './nrepl/scenario.ts';
import type { PipelineScenario } from './pipeline/scenario.ts';
import type { ServerScenario } from './server/scenario.ts';
import type { SshScenario } from './ssh/scenario.ts';
import type { ServerVersion } from './versions.ts';

/** A situation that an installation can be in, as data: what each service holds when it starts. */
export interface Scenario {
  /** One word or several joined by hyphens, as `--scenario` takes it. */
  readonly name: string;
  /** One line, for the list of scenarios. */
  readonly summary: string;
  /** Of the server, with what its services are called and how builds go; 3.0 where it is left out. */
  readonly version?: ServerVersion;
  readonly nomad: NomadScenario;
  readonly kubernetes: KubernetesScenario;
  /** The way of builds through the services; nothing is broken where it is left out. */
  readonly pipeline?: PipelineScenario;
  /** The server's web address; as usual where it is left out. */
  readonly server?: ServerScenario;
  /** The frontend's nREPL; as usual where it is left out. */
  readonly nrepl?: NreplScenario;
  /** The organisation at GitHub; as usual where it is left out. */
  readonly github?: GitHubScenario;
  /** The clients' machines, and what they can reach; everything where it is left out. */
  readonly ssh?: SshScenario;
  /** Code of the finding that has to come first; null where nothing is to be found. */
  readonly expects?: string | null;
  /** Faults that are there from the beginning. */
  readonly faults?: readonly FaultRule[];
}
