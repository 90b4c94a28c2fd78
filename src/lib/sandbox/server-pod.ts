import { busybox } from './kubernetes/busybox.ts';
import type { ExecIo, PodBackend } from './kubernetes/pod-backend.ts';

/** The parts of the simulated Nomad that the server pod uses. */
export interface PodNomad {
  /** The loopback port of the HTTP API. */
  readonly port: number;
  /** Runs the nomad CLI with the arguments after `nomad`; returns the exit status. */
  cli(argv: readonly string[], io: ExecIo): Promise<number>;
}

/** The port of Nomad's HTTP API in the pod. */
const NOMAD_PORT = 4646;

/** Returns the backend of a Nomad server's pod: Nomad's port, its CLI, and a few shell commands. */
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

/** Returns the command of `env A=1 B=2 nomad status`. The simulated programs ignore variables. */
function afterAssignments(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(word));
  return at === -1 ? ['env'] : words.slice(at);
}
