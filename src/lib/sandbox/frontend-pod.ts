import { busybox } from './kubernetes/busybox.ts';
import type { PodBackend } from './kubernetes/pod-backend.ts';

/** The port of the nREPL in the frontend's pod. */
const NREPL_PORT = 6005;

/** Returns the backend of the frontend's pod: its nREPL, and a few shell commands. */
export function frontendPod(name: string, nrepl: { readonly port: number | null }): PodBackend {
  const small = busybox(name);
  return {
    get ports(): Readonly<Record<number, number>> {
      return nrepl.port === null ? {} : { [NREPL_PORT]: nrepl.port };
    },
    exec: (command, io) => small.exec(command, io),
  };
}
