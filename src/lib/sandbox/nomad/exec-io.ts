export type { ExecIo } from '../kubernetes/pod-backend.ts';
