import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallLog } from './call-log.ts';
import { SandboxClock } from './clock.ts';
import type { SandboxDescription } from './control-protocol.ts';
import { ControlServer } from './control-server.ts';
import { FaultPlan } from './faults.ts';
import { frontendPod } from './frontend-pod.ts';
import { GitHubSandbox, organisationOf } from './github/github-sandbox.ts';
import { KubernetesSandbox, SANDBOX_CONTEXT } from './kubernetes/kubernetes-sandbox.ts';
import { NomadSandbox } from './nomad/nomad-sandbox.ts';
import { NreplSandbox } from './nrepl/nrepl-sandbox.ts';
import { withConsequences } from './pipeline/consequences.ts';
import { PipelineLogs } from './pipeline/pipeline-logs.ts';
import { PipelineSandbox } from './pipeline/pipeline-sandbox.ts';
import { rabbitmqPod } from './pipeline/rabbitmq-pod.ts';
import { Timeline } from './pipeline/timeline.ts';
import { seededRandom } from './random.ts';
import type { Scenario } from './scenario.ts';
import { findScenario } from './scenarios/index.ts';
import { nomadBuilds } from './server/nomad-builds.ts';
import { ServerSandbox } from './server/server-sandbox.ts';
import { nomadServerPod } from './server-pod.ts';
import type { SandboxContext, SandboxService } from './service.ts';
import {
  githubVerbs,
  kubernetesVerbs,
  nomadVerbs,
  pipelineVerbs,
  serverVerbs,
} from './service-verbs.ts';
import { SkewedClock } from './skewed-clock.ts';
import { SshSandbox } from './ssh/ssh-sandbox.ts';

/** Pod that Nomad's server runs in, as CircleCI Server 3.x names it; in 4.x: `nomad-server-0`. */
const NOMAD_POD = 'circleci-nomad-0';
/** Pod that RabbitMQ runs in. */
const RABBITMQ_POD = 'circleci-rabbitmq-0';

/** What a sandbox is made from. */
export interface SandboxOptions {
  /** A scenario or its name. Default `healthy`. */
  readonly scenario?: string | Scenario;
  /** Nomad clients, instead of the scenario's number. */
  readonly clients?: number;
  /** Running builds, instead of the scenario's number. */
  readonly builds?: number;
  /** Accounts of the server, instead of the scenario's number. */
  readonly users?: number;
  /** The same seed and sizes make the same installation. Default 1. */
  readonly seed?: number;
  /** Seconds of the sandbox's time in a real second; 0 stands still. Default 1. */
  readonly rate?: number;
  /** The sandbox's time when it starts. Default: now. */
  readonly startAt?: Date;
  /** Where its files go; kept after the end. Default: a temporary one that is removed. */
  readonly directory?: string;
}

/** Every part of a sandbox before it listens. */
interface Parts {
  readonly scenario: Scenario;
  readonly context: SandboxContext;
  readonly nomad: NomadSandbox;
  readonly kubernetes: KubernetesSandbox;
  readonly pipeline: PipelineSandbox;
  readonly server: ServerSandbox;
  readonly nrepl: NreplSandbox;
  readonly ssh: SshSandbox;
  readonly github: GitHubSandbox;
  readonly directory: string;
  readonly temporary: boolean;
}

/** A whole simulated installation on loopback. */
export class Sandbox implements AsyncDisposable {
  readonly scenario: Scenario;
  readonly clock: SandboxClock;
  readonly faults: FaultPlan;
  readonly calls: CallLog;
  readonly nomad: NomadSandbox;
  readonly kubernetes: KubernetesSandbox;
  /** The way of builds from the server through the services to Nomad, and back. */
  readonly pipeline: PipelineSandbox;
  /** The installation's web address and its own APIs. */
  readonly server: ServerSandbox;
  /** The console of the frontend, behind port 6005 of its pod. */
  readonly nrepl: NreplSandbox;
  /** The organisation whose members use the installation. */
  readonly github: GitHubSandbox;
  /** The clients' machines, behind a bastion. */
  readonly ssh: SshSandbox;
  readonly control: ControlServer;
  /** Its kubeconfig and the config and data directories of our own command line. */
  readonly directory: string;
  /** In the order in which they start. */
  readonly services: readonly SandboxService[];
  /** Aborted once somebody asks it to stop, over the control API. */
  readonly stopAsked: AbortSignal;
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
    this.stopAsked = stop.signal;
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
   * Builds every service and has it listen.
   *
   * @throws AdminError of kind `usage`, code UNKNOWN_SCENARIO
   */
  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const scenario = withConsequences(sized(resolveScenario(options.scenario), options));
    const temporary = options.directory === undefined;
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'circleci-sandbox-')));
    let sandbox: Sandbox | undefined;
    try {
      const services = buildServices(scenario, directory, options);
      sandbox = new Sandbox({ ...services, scenario, directory, temporary });
      await sandbox.#start();
      return sandbox;
    } catch (error) {
      await sandbox?.stop();
      if (temporary) await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Variables that point kubectl, the nomad CLI and our own commands here, and nowhere else. */
  environment(): Readonly<Record<string, string>> {
    const environment: Record<string, string> = {
      CIRCLECI_ADMIN_CONFIG_DIR: join(this.directory, 'config'),
      CIRCLECI_ADMIN_DATA_DIR: join(this.directory, 'data'),
    };
    for (const service of this.services) Object.assign(environment, service.environment());
    return environment;
  }

  /** What it is and where everything is. */
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

  /** Ends every service. May be called again. */
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

function buildServices(
  scenario: Scenario,
  directory: string,
  options: SandboxOptions,
): Pick<
  Parts,
  'context' | 'nomad' | 'kubernetes' | 'pipeline' | 'server' | 'nrepl' | 'github' | 'ssh'
> {
  const seed = options.seed ?? 1;
  const clock = new SandboxClock({
    ...(options.startAt === undefined ? {} : { start: options.startAt }),
    ...(options.rate === undefined ? {} : { rate: options.rate }),
  });
  const shared = { clock, faults: new FaultPlan(scenario.faults), calls: new CallLog() };
  // A stream of random numbers each: what one service draws does not change another.
  const context = (offset: number): SandboxContext => ({
    ...shared,
    random: seededRandom(seed * 101 + offset),
  });
  const skewMs = scenario.pipeline?.clockSkewMs?.['nomad'] ?? 0;
  const nomadContext = context(1);
  const nomad = new NomadSandbox(
    skewMs === 0 ? nomadContext : { ...nomadContext, clock: new SkewedClock(clock, skewMs) },
    scenario.nomad,
  );
  const timeline = new Timeline(clock);
  const logs = new PipelineLogs(scenario.pipeline ?? {}, timeline, nomad.state);
  const caPath = join(directory, 'server-ca.pem');
  const server = new ServerSandbox(
    context(3),
    { ...scenario.server, caPath },
    nomadBuilds(nomad.state, () => pipeline),
    (org, repo) => pipeline.startBuild(org, repo).number,
  );
  const nrepl = new NreplSandbox(context(4), server.accounts, scenario.nrepl);
  const kubernetes = new KubernetesSandbox(
    context(2),
    { ...scenario.kubernetes, kubeconfigPath: join(directory, 'kubeconfig') },
    {
      [NOMAD_POD]: nomadServerPod(NOMAD_POD, nomad),
      'nomad-server': nomadServerPod('nomad-server-0', nomad),
      [RABBITMQ_POD]: rabbitmqPod(RABBITMQ_POD, () => pipeline.queues()),
      frontend: frontendPod('frontend', nrepl),
    },
    (workload, pod, startedAt) => logs.source(workload, pod, startedAt),
  );
  const pipeline = new PipelineSandbox(
    context(7),
    scenario.pipeline ?? {},
    timeline,
    nomad,
    kubernetes,
    logs,
  );
  const members = organisationOf(server.accounts.logins());
  const github = new GitHubSandbox(context(5), scenario.github, members);
  const ssh = new SshSandbox(
    context(6),
    scenario.ssh ?? {},
    {
      machines: () =>
        nomad.state.nodes.all().map(({ id, address, name, status }) => ({
          id,
          address,
          name,
          up: status !== 'down',
        })),
      cli: (argv, io) => nomad.cli(argv, io),
    },
    directory,
  );
  return { context: context(0), nomad, kubernetes, pipeline, server, nrepl, github, ssh };
}
