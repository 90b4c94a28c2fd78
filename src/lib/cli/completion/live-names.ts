import type { Installation } from '../../installation/installation.ts';
import { collect } from '../../nomad/collect.ts';
import type { NomadJob, NomadNode } from '../../nomad/model.ts';
import type { Candidate } from './candidate.ts';

/** Reads names of one kind from an installation. */
export type LiveNames = (
  installation: Installation,
  signal: AbortSignal,
) => Promise<readonly Candidate[]>;

/** The maximum number of jobs to offer. */
const MAX_JOBS = 500;

/** Readers of the names in an installation, which use the same clients as the commands. */
export const LIVE_NAMES: Readonly<Record<'nodes' | 'jobs' | 'pods' | 'accounts', LiveNames>> = {
  nodes: async (installation, signal) => {
    const nomad = await installation.nomad();
    const nodes = await collect(nomad.nodes({ signal }));
    return [
      ...nodes.map((node) => ({ value: node.name, about: stateOf(node) })),
      ...nodes.map((node) => ({ value: node.id, about: node.name, onlyTyped: true as const })),
    ];
  },
  jobs: async (installation, signal) => {
    const nomad = await installation.nomad();
    const jobs = await collect(nomad.jobs({ signal }));
    return [...jobs]
      .sort((a, b) => submitted(b) - submitted(a))
      .slice(0, MAX_JOBS)
      .map((job) => ({ value: job.id, about: job.status }));
  },
  pods: async (installation, signal) => {
    const kubernetes = await installation.kubernetes();
    const pods = await kubernetes.listPods({ signal });
    return pods.map((pod) => ({ value: pod.name, about: pod.phase }));
  },
  accounts: async (installation, signal) => {
    const api = await installation.admin();
    const accounts = await api.accounts(signal);
    return accounts.map(({ login, name }) => ({ value: login, about: name ?? '' }));
  },
};

function stateOf(node: NomadNode): string {
  if (node.draining) return 'draining';
  return node.status === 'ready' && !node.eligible ? 'ineligible' : node.status;
}

function submitted(job: NomadJob): number {
  return job.submittedAt?.getTime() ?? 0;
}
