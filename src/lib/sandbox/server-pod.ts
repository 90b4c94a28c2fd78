import { busybox } from './kubernetes/busybox.ts';
import type { ExecIo, PodBackend } from './kubernetes/pod-backend.ts';

/** What the server pod needs of the simulated Nomad. */
export interface PodNomad {
  /** The loopback port of its HTTP API. */
  readonly port: number;
  /** Runs the nomad CLI on the words after `nomad`; the exit status. */
  cli(argv: readonly string[], io: ExecIo): Promise<number>;
}

/** Nomad's HTTP port in the pod. */
const NOMAD_PORT = 4646;

/** The container of a Nomad server: Nomad's port, its CLI, and a few small commands. */
export function nomadServerPod(name: string, nomad: PodNomad): PodBackend {
  const small = busybox(name);
  const exec = async (command: readonly string[], io: ExecIo): Promise<number> => {
    const [path = '', ...rest] = command;
    const program = path.split('/').at(-1);
    if (program === 'nomad') return nomad.cli(rest, io);
    if (program === 'env' && rest.length > 0) return exec(afterAssignments(rest), io);
    return small.exec(command, io);
  };
  return {
    get ports() {
      return { [NOMAD_PORT]: nomad.port };
    },
    exec,
  };
}

/** What `env A=1 B=2 nomad status` runs. The simulated programs read no variables. */
function afterAssignments(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(word));
  return at === -1 ? ['env'] : words.slice(at);
}
