import type { Call } from './call-log.ts';

/** The addresses of a sandbox's services. */
export interface ServiceAddresses {
  readonly nomad: { readonly address: string };
  readonly kubernetes: {
    readonly server: string;
    /** The path of the kubeconfig file. */
    readonly kubeconfig: string;
    readonly context: string;
    readonly namespace: string;
  };
  readonly server: { readonly url: string };
  readonly github: { readonly url: string };
}

/** The address and token of a sandbox's control API. */
export interface ControlAddress {
  readonly url: string;
  /** The bearer token, which gives full control of the sandbox. */
  readonly token: string;
}

/** The properties that do not change while a sandbox runs. */
export interface SandboxDescription {
  readonly scenario: string;
  readonly pid: number;
  readonly services: ServiceAddresses;
  /** The environment variables that point clients at it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Sandbox time and its rate. */
export interface ClockReading {
  /** The time in RFC 3339. */
  readonly now: string;
  /** Seconds of sandbox time per real second; 0 if time is stopped. */
  readonly rate: number;
}

/** The response of `GET /status`. */
export interface SandboxStatus extends SandboxDescription {
  readonly clock: ClockReading;
  /** The number of requests to the services. */
  readonly calls: { readonly reads: number; readonly writes: number };
}

/** The response of `GET /calls`. */
export interface CallReport {
  readonly reads: number;
  readonly writes: number;
  /** The newest requests, oldest first. */
  readonly recent: readonly Call[];
}

/** The error document of the control API. */
export interface ControlFailure {
  readonly code: string;
  readonly message: string;
}
