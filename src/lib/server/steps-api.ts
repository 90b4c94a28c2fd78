/** The execution of one step of a job on one of its parallel tasks. */
export interface StepAction {
  readonly name: string;
  /** Index of the step in the job; null if missing. */
  readonly step: number | null;
  /** Index of the parallel task, from 0. */
  readonly task: number;
  readonly type: string | null;
  /** `success`, `failed`, `running`, ... */
  readonly status: string | null;
  /** Whether the step ran a command from the configuration; the agent's own steps do not. */
  readonly runsCommand: boolean;
  readonly hasOutput: boolean;
  /** Where the output is stored; null for a running step, and if missing. */
  readonly outputUrl: string | null;
}

/** A build, and the steps that have started. */
export interface BuildSteps {
  /** `org/repo`. */
  readonly project: string;
  readonly number: number;
  readonly url: string | null;
  readonly status: string | null;
  /** Whether the build has ended; null if unknown. */
  readonly ended: boolean | null;
  readonly actions: readonly StepAction[];
}

/**
 * Reads the steps of builds and their output with CircleCI's API v1.1.
 *
 * Every method throws an `AdminError`: `unauthorised` (NO_SERVER_TOKEN, SERVER_UNAUTHORIZED,
 * SERVER_FORBIDDEN), `service` (SERVER_ERROR, SERVER_SURPRISE, BAD_ANSWER, UNREACHABLE,
 * TLS_REFUSED) or `timeout` (REQUEST_TIMEOUT). No message contains the query of a URL, which may be
 * signed.
 */
export interface StepsApi {
  /**
   * Returns a build with its steps.
   *
   * @param project `org/repo`
   * @throws AdminError also of kind `notFound` (BUILD_NOT_FOUND)
   */
  build(project: string, number: number, signal?: AbortSignal): Promise<BuildSteps>;
  /**
   * Yields the output messages of a step as they arrive; a line may be split across two messages.
   *
   * @param maxBytes maximum number of response bytes to read
   * @throws AdminError also of kind `notFound` (NO_STEP_OUTPUT) or `service` (STEP_OUTPUT_REFUSED,
   *   STEP_OUTPUT_TOO_LONG)
   */
  output(
    build: BuildSteps,
    action: StepAction,
    maxBytes: number,
    signal?: AbortSignal,
  ): AsyncGenerator<string, void, undefined>;
}
