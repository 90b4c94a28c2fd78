/** The streams of a command in the server's pod. */
export type { ExecIo } from '../kubernetes/pod-backend.ts';
