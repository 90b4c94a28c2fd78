import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildInstallation,
  type Installation,
  type InstallationOptions,
} from './build-installation.ts';
import type { CallLog } from './call-log.ts';
import type { SandboxClock } from './clock.ts';
import type { SandboxDescription } from './control-protocol.ts';
import { ControlServer } from './control-server.ts';
import type { FaultPlan } from './faults.ts';
import type { GitHubSandbox } from './github/github-sandbox.ts';
import { type KubernetesSandbox, SANDBOX_CONTEXT } from './kubernetes/kubernetes-sandbox.ts';
import type { NomadSandbox } from './nomad/nomad-sandbox.ts';
import type { NreplSandbox } from './nrepl/nrepl-sandbox.ts';
import { withConsequences } from './pipeline/consequences.ts';
import type { PipelineSandbox } from './pipeline/pipeline-sandbox.ts';
import type { Scenario } from './scenario.ts';
import { findScenario } from './scenarios/index.ts';
import type { ServerSandbox } from './server/server-sandbox.ts';
import type { SandboxService } from './service.ts';
import {
  githubVerbs,
  kubernetesVerbs,
  nomadVerbs,
  pipelineVerbs,
  serverVerbs,
} from './service-verbs.ts';
import type { SshSandbox } from './ssh/ssh-sandbox.ts';

/** The options of a sandbox. */
export interface SandboxOptions extends InstallationOptions {
  /** A scenario or the name of one. Default `healthy`. */
  readonly scenario?: string | Scenario;
  /** The number of Nomad clients; overrides the scenario. */
  readonly clients?: number;
  /** The number of running builds; overrides the scenario. */
  readonly builds?: number;
  /** The number of accounts on the server; overrides the scenario. */
  readonly users?: number;
  /**
   * The directory for its files, which is kept. Default: a temporary one that is removed at the
   * end.
   */
  readonly directory?: string;
}

/** The parts of a sandbox before it listens. */
interface Parts extends Installation {
  readonly scenario: Scenario;
  readonly directory: string;
  readonly temporary: boolean;
}

/** A complete simulated installation on loopback. */
export class Sandbox implements AsyncDisposable {
  readonly scenario: Scenario;
  readonly clock: SandboxClock;
  readonly faults: FaultPlan;
  readonly calls: CallLog;
  readonly nomad: NomadSandbox;
  readonly kubernetes: KubernetesSandbox;
  /** The pipeline that carries builds from the server through the services to Nomad, and back. */
  readonly pipeline: PipelineSandbox;
  /** The installation's web address and its APIs. */
  readonly server: ServerSandbox;
  /** The frontend's REPL, behind port 6005 of its pod. */
  readonly nrepl: NreplSandbox;
  /** The organisation whose members use the installation. */
  readonly github: GitHubSandbox;
  /** The clients' machines, behind a bastion. */
  readonly ssh: SshSandbox;
  readonly control: ControlServer;
  /** Contains its kubeconfig, and the CLI's config and data directories. */
  readonly directory: string;
  /** The services in the order in which they start. */
  readonly services: readonly SandboxService[];
  /** Aborted when a stop is requested over the control API. */
  readonly stopRequested: AbortSignal;
  readonly #temporary: boolean;
  #stopping: Promise<void> | undefined;

  private constructor(parts: Parts) {
    const stop = new AbortController();
    this.scenario = parts.scenario;
    this.clock = parts.context.clock;
    this.faults = parts.context.faults;
    this.calls = parts.context.calls;
    this.nomad = parts.nomad;
    this.kubernetes = parts.kubernetes;
    this.pipeline = parts.pipeline;
    this.server = parts.server;
    this.nrepl = parts.nrepl;
    this.ssh = parts.ssh;
    this.github = parts.github;
    this.directory = parts.directory;
    this.#temporary = parts.temporary;
    this.stopRequested = stop.signal;
    this.services = [this.nomad, this.kubernetes, this.server, this.nrepl, this.github, this.ssh];
    this.control = new ControlServer({
      clock: this.clock,
      faults: this.faults,
      calls: this.calls,
      describe: () => this.describe(),
      verbs: {
        nomad: nomadVerbs(this.nomad),
        kubernetes: kubernetesVerbs(this.kubernetes),
        pipeline: pipelineVerbs(this.pipeline),
        server: serverVerbs(this.server),
        github: githubVerbs(this.github),
      },
      askStop: () => stop.abort(),
    });
  }

  /**
   * Creates and starts all services.
   *
   * @throws AdminError of kind `usage`, code UNKNOWN_SCENARIO
   */
  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const scenario = withConsequences(sized(resolveScenario(options.scenario), options));
    const temporary = options.directory === undefined;
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'circleci-sandbox-')));
    let sandbox: Sandbox | undefined;
    try {
      const installation = buildInstallation(scenario, directory, options);
      sandbox = new Sandbox({ ...installation, scenario, directory, temporary });
      await sandbox.#start();
      return sandbox;
    } catch (error) {
      await sandbox?.stop();
      if (temporary) await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Returns the variables that point kubectl, the nomad CLI and this CLI at the sandbox only. */
  environment(): Readonly<Record<string, string>> {
    const environment: Record<string, string> = {
      CIRCLECI_ADMIN_CONFIG_DIR: join(this.directory, 'config'),
      CIRCLECI_ADMIN_DATA_DIR: join(this.directory, 'data'),
    };
    for (const service of this.services) Object.assign(environment, service.environment());
    return environment;
  }

  /** Returns the scenario and the addresses of all services. */
  describe(): SandboxDescription {
    return {
      scenario: this.scenario.name,
      pid: process.pid,
      services: {
        nomad: { address: `http://127.0.0.1:${this.nomad.port}` },
        kubernetes: {
          server: this.kubernetes.url,
          kubeconfig: join(this.directory, 'kubeconfig'),
          context: SANDBOX_CONTEXT,
          namespace: this.kubernetes.namespace,
        },
        server: { url: this.server.url },
        github: { url: this.github.url },
      },
      environment: this.environment(),
    };
  }

  /** Stops all services. May be called more than once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start(): Promise<void> {
    for (const name of ['config', 'data']) {
      await mkdir(join(this.directory, name), { recursive: true, mode: 0o700 });
    }
    for (const service of this.services) await service.start();
    await this.control.start();
  }

  async #stop(): Promise<void> {
    await Promise.allSettled([...this.services, this.control].map((service) => service.stop()));
    this.clock.stop();
    if (this.#temporary) await rm(this.directory, { recursive: true, force: true });
  }
}

function resolveScenario(scenario: string | Scenario = 'healthy'): Scenario {
  return typeof scenario === 'string' ? findScenario(scenario) : scenario;
}

function sized(scenario: Scenario, { clients, builds, users }: SandboxOptions): Scenario {
  return {
    ...scenario,
    nomad: {
      ...scenario.nomad,
      ...(clients === undefined ? {} : { clients }),
      ...(builds === undefined ? {} : { builds }),
    },
    server: { ...scenario.server, ...(users === undefined ? {} : { users }) },
  };
}
