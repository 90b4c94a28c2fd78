import { join } from 'node:path';
import { CallLog } from './call-log.ts';
import { SandboxClock } from './clock.ts';
import { FaultPlan } from './faults.ts';
import { frontendPod } from './frontend-pod.ts';
import { GitHubSandbox, organisationOf } from './github/github-sandbox.ts';
import { KubernetesSandbox } from './kubernetes/kubernetes-sandbox.ts';
import { NomadSandbox } from './nomad/nomad-sandbox.ts';
import { NreplSandbox } from './nrepl/nrepl-sandbox.ts';
import { PipelineLogs } from './pipeline/pipeline-logs.ts';
import { PipelineSandbox } from './pipeline/pipeline-sandbox.ts';
import { rabbitmqPod } from './pipeline/rabbitmq-pod.ts';
import { Timeline } from './pipeline/timeline.ts';
import { seededRandom } from './random.ts';
import type { Scenario } from './scenario.ts';
import { nomadBuilds } from './server/nomad-builds.ts';
import { ServerSandbox } from './server/server-sandbox.ts';
import { nomadServerPod } from './server-pod.ts';
import type { SandboxContext } from './service.ts';
import { SkewedClock } from './skewed-clock.ts';
import { type SshNomad, SshSandbox } from './ssh/ssh-sandbox.ts';

/** The pod of Nomad's server in CircleCI Server 3.x; in 4.x it is `nomad-server-0`. */
const NOMAD_POD = 'circleci-nomad-0';

/** The options that do not depend on the scenario. */
export interface InstallationOptions {
  /** The same seed and sizes create the same installation. Default 1. */
  readonly seed?: number;
  /** Seconds of sandbox time per real second; 0 to stop time. Default 1. */
  readonly rate?: number;
  /** The sandbox time at the start. Default: now. */
  readonly startAt?: Date;
}

/** The services of an installation, before they listen. */
export interface Installation {
  /** The clock, the faults and the call log, shared by all services. */
  readonly context: SandboxContext;
  readonly nomad: NomadSandbox;
  readonly kubernetes: KubernetesSandbox;
  readonly pipeline: PipelineSandbox;
  readonly server: ServerSandbox;
  readonly nrepl: NreplSandbox;
  readonly ssh: SshSandbox;
  readonly github: GitHubSandbox;
}

/**
 * Creates all services of a scenario and connects them.
 *
 * @param directory the directory for their files
 */
export function buildInstallation(
  scenario: Scenario,
  directory: string,
  options: InstallationOptions,
): Installation {
  const seed = options.seed ?? 1;
  const clock = new SandboxClock({
    ...(options.startAt === undefined ? {} : { start: options.startAt }),
    ...(options.rate === undefined ? {} : { rate: options.rate }),
  });
  const shared = { clock, faults: new FaultPlan(scenario.faults), calls: new CallLog() };
  // Each service has its own random stream, so that they do not influence each other.
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
      'circleci-rabbitmq': rabbitmqPod('circleci-rabbitmq-0', () => pipeline.queues()),
      rabbitmq: rabbitmqPod('rabbitmq-0', () => pipeline.queues()),
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
      machines: () => machinesOf(nomad),
      cli: (argv, io) => nomad.cli(argv, io),
      serverAddress: () => `127.0.0.1:${server.port}`,
    },
    directory,
  );
  return { context: context(0), nomad, kubernetes, pipeline, server, nrepl, github, ssh };
}

function machinesOf(nomad: NomadSandbox): ReturnType<SshNomad['machines']> {
  return nomad.state.nodes.all().map(({ id, address, name, status }) => ({
    id,
    address,
    name,
    up: status !== 'down',
  }));
}
