import { AdminError } from '../errors.ts';
import type { Verbs } from './control-server.ts';
import type { GitHubSandbox } from './github/github-sandbox.ts';
import { ApiError } from './kubernetes/api-error.ts';
import type { KubernetesSandbox } from './kubernetes/kubernetes-sandbox.ts';
import type { NomadSandbox } from './nomad/nomad-sandbox.ts';
import type { PipelineSandbox } from './pipeline/pipeline-sandbox.ts';
import type { ServerSandbox } from './server/server-sandbox.ts';
import { badArgument, type VerbArguments } from './verb-arguments.ts';

/**
 * The verbs of the simulated Nomad. Clients are named by ID or name, jobs and allocations by ID.
 */
export function nomadVerbs(nomad: NomadSandbox): Verbs {
  const node = (given: VerbArguments): string => nodeOf(nomad, given.text('node'));
  const job = (given: VerbArguments): string =>
    existing('job', given.text('job'), nomad.state.jobs.get(given.text('job')));
  const allocation = (given: VerbArguments): string =>
    existing(
      'allocation',
      given.text('allocation'),
      nomad.state.allocations.get(given.text('allocation')),
    );
  return {
    'submit-job': (given) => {
      given.only('id', 'cpuMhz', 'memoryMb', 'durationMs', 'exitCode');
      const { id } = nomad.submitJob(jobRequest(given));
      return { job: id };
    },
    'finish-build': (given) =>
      nomad.finishBuild(job(given.only('job', 'exitCode')), given.optionalNumber('exitCode') ?? 0),
    'stop-job': (given) => nomad.stopJob(job(given.only('job', 'purge')), flag(given, 'purge')),
    'lose-node': (given) => nomad.loseNode(node(given.only('node'))),
    'restore-node': (given) => nomad.restoreNode(node(given.only('node'))),
    'purge-node': (given) => nomad.purgeNode(node(given.only('node'))),
    'stop-client-link': (given) => nomad.stopClientLink(node(given.only('node'))),
    'restore-client-link': (given) => nomad.restoreClientLink(node(given.only('node'))),
    'set-eligibility': (given) =>
      nomad.setEligibility(node(given.only('node', 'eligible')), given.boolean('eligible')),
    'append-log': (given) =>
      nomad.appendLog(
        allocation(given.only('allocation', 'stream', 'text')),
        stream(given),
        given.text('text'),
      ),
    'rotate-log': (given) =>
      nomad.rotateLog(allocation(given.only('allocation', 'stream')), stream(given)),
    'collect-logs': (given) => nomad.collectLogs(allocation(given.only('allocation'))),
    'set-leader': (given) => nomad.setLeader(given.only('leader').boolean('leader')),
  };
}

/** The verbs of the simulated Kubernetes. Pods are named by their own name or their workload's. */
export function kubernetesVerbs(kubernetes: KubernetesSandbox): Verbs {
  const pod = (given: VerbArguments): string => {
    try {
      return kubernetes.pod(given.text('pod')).metadata.name;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw missing(error.message);
    }
  };
  return {
    'append-log': (given) =>
      kubernetes.appendLog(
        pod(given.only('pod', 'container', 'line')),
        given.optionalText('container'),
        given.text('line'),
      ),
    'crash-pod': (given) => {
      const exitCode = given.only('pod', 'exitCode').optionalNumber('exitCode');
      kubernetes.crash(pod(given), exitCode === undefined ? {} : { exitCode });
    },
    'set-ready': (given) =>
      kubernetes.setReady(pod(given.only('pod', 'ready')), given.boolean('ready')),
    'delete-pod': (given) => kubernetes.deletePod(pod(given.only('pod'))),
  };
}

/** The verbs of the pipeline. */
export function pipelineVerbs(pipeline: PipelineSandbox): Verbs {
  return {
    'start-build': (given) => {
      given.only('org', 'repo');
      const { jobId, number, url } = pipeline.startBuild(given.text('org'), given.text('repo'));
      return { job: jobId, number, url };
    },
    'clear-fault': (given) => {
      const fault = given.only('fault').text('fault');
      if (!pipeline.clearFault(fault)) throw missing(`nothing is broken by ${fault}`);
    },
  };
}

/** The verbs of the simulated CircleCI server. Accounts are named by login. */
export function serverVerbs(server: ServerSandbox): Verbs {
  const account = (given: VerbArguments): string => {
    const login = given.text('login');
    return existing('account', login, server.accounts.find(login));
  };
  return {
    'sign-in': (given) => ({
      letIn: server.signIn(given.only('login').text('login')) !== null,
    }),
    'add-users': (given) => ({ logins: server.addUsers(given.only('count').number('count')) }),
    'remove-user': (given) => {
      server.accounts.remove(account(given.only('login')));
    },
    'set-limit': (given) => {
      const perSecond = given.only('perSecond').optionalNumber('perSecond');
      server.setLimit(perSecond === undefined ? null : { perSecond, atOnce: 2 * perSecond });
    },
  };
}

/** The verbs of the simulated GitHub. */
export function githubVerbs(github: GitHubSandbox): Verbs {
  return {
    'add-member': (given) => github.addMember(given.only('login').text('login')),
    'remove-member': (given) => {
      const login = given.only('login').text('login');
      if (!github.removeMember(login)) throw missing(`the sandbox has no member ${login}`);
    },
  };
}

function nodeOf(nomad: NomadSandbox, wanted: string): string {
  const nodes = nomad.state.nodes.all();
  const found = nodes.find(({ id, name }) => id === wanted || name === wanted);
  return existing('node', found?.id ?? wanted, found);
}

function existing(kind: string, id: string, found: unknown): string {
  if (found === undefined) throw missing(`the sandbox has no ${kind} ${id}`);
  return id;
}

function missing(message: string): AdminError {
  return new AdminError('notFound', message, { code: 'NO_SUCH_THING' });
}

function flag(given: VerbArguments, name: string): boolean {
  return given.names.includes(name) && given.boolean(name);
}

function stream(given: VerbArguments): 'stdout' | 'stderr' {
  const name = given.optionalText('stream') ?? 'stderr';
  if (name === 'stdout' || name === 'stderr') return name;
  throw badArgument(`there is no stream "${name}"; there are stdout and stderr`);
}

function jobRequest(given: VerbArguments): Parameters<NomadSandbox['submitJob']>[0] {
  const id = given.optionalText('id');
  const numbers = ['cpuMhz', 'memoryMb', 'durationMs', 'exitCode'].flatMap((name) => {
    const value = given.optionalNumber(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...(id === undefined ? {} : { id }), ...Object.fromEntries(numbers) };
}
