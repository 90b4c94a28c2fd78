import type { FaultRule } from './faults.ts';
import type { GitHubScenario } from './github/scenario.ts';
import type { KubernetesScenario } from './kubernetes/scenario.ts';
import type { NomadScenario } from './nomad/nomad-sandbox.ts';
import type { NreplScenario } from './nrepl/scenario.ts';
import type { PipelineScenario } from './pipeline/scenario.ts';
import type { ServerScenario } from './server/scenario.ts';
import type { SshScenario } from './ssh/scenario.ts';
import type { ServerVersion } from './versions.ts';

/** A state of an installation: what each service contains when it starts. */
export interface Scenario {
  /** One or more words joined by hyphens, the value of `--scenario`. */
  readonly name: string;
  /** A one-line description for the list of scenarios. */
  readonly summary: string;
  /** The server's version, which determines the names of services and the pipeline. Default 3.0. */
  readonly version?: ServerVersion;
  readonly nomad: NomadScenario;
  readonly kubernetes: KubernetesScenario;
  /** The pipeline of builds through the services. Default: without faults. */
  readonly pipeline?: PipelineScenario;
  /** The server's web address. Default: the usual state. */
  readonly server?: ServerScenario;
  /** The frontend's nREPL. Default: the usual state. */
  readonly nrepl?: NreplScenario;
  /** The organisation on GitHub. Default: the usual state. */
  readonly github?: GitHubScenario;
  /** The clients' machines and what they can reach. Default: everything. */
  readonly ssh?: SshScenario;
  /** The code of the expected first finding; null if nothing is to be found. */
  readonly expects?: string | null;
  /** The faults from the start on. */
  readonly faults?: readonly FaultRule[];
}
