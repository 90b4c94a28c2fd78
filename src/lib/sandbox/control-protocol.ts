import type { Call } from './call-log.ts';

/** Where the services of a sandbox are. */
export interface ServiceAddresses {
  readonly nomad: { readonly address: string };
  readonly kubernetes: {
    readonly server: string;
    /** Path of the kubeconfig file. */
    readonly kubeconfig: string;
    readonly context: string;
    readonly namespace: string;
  };
  readonly server: { readonly url: string };
  readonly github: { readonly url: string };
}

/** How the control API of a sandbox is reached. */
export interface ControlAddress {
  readonly url: string;
  /** Bearer token; whoever has it can steer the sandbox. */
  readonly token: string;
}

/** What does not change while a sandbox runs. */
export interface SandboxDescription {
  readonly scenario: string;
  readonly pid: number;
  readonly services: ServiceAddresses;
  /** Variables that point clients at it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The sandbox's time. */
export interface ClockReading {
  /** RFC 3339. */
  readonly now: string;
  /** Seconds of the sandbox's time in a real second; 0 when it stands still. */
  readonly rate: number;
}

/** Answer of `GET /status`. */
export interface SandboxStatus extends SandboxDescription {
  readonly clock: ClockReading;
  /** Requests that the services have had. */
  readonly calls: { readonly reads: number; readonly writes: number };
}

/** Answer of `GET /calls`. */
export interface CallReport {
  readonly reads: number;
  readonly writes: number;
  /** The newest requests, oldest first. */
  readonly recent: readonly Call[];
}

/** What the control API says when it cannot do as asked. */
export interface ControlFailure {
  readonly code: string;
  readonly message: string;
}
