/** What one step of a job did on one of its parallel tasks. */
export interface StepAction {
  readonly name: string;
  /** Number of the step among those of the job; null where it is not told. */
  readonly step: number | null;
  /** Which of the parallel tasks, from 0. */
  readonly task: number;
  readonly type: string | null;
  /** `success`, `failed`, `running`, ... */
  readonly status: string | null;
  /** Whether it ran a command of the configuration; the agent's own steps run none. */
  readonly runsCommand: boolean;
  readonly hasOutput: boolean;
  /** Where its output is kept; null for what runs, and where it is not told. */
  readonly outputUrl: string | null;
}

/** The steps of a build that have begun. */
export interface BuildSteps {
  /** `org/repo`. */
  readonly project: string;
  readonly number: number;
  readonly url: string | null;
  readonly status: string | null;
  /** Whether it has ended; null where it is not told. */
  readonly ended: boolean | null;
  readonly actions: readonly StepAction[];
}

/**
 * The steps of builds and what they printed, by CircleCI's API v1.1.
 *
 * Every method throws an `AdminError`: `unauthorised` (NO_SERVER_TOKEN, SERVER_UNAUTHORIZED,
 * SERVER_FORBIDDEN), `service` (SERVER_ERROR, SERVER_SURPRISE, BAD_ANSWER, UNREACHABLE, TLS_REFUSED)
 * or `timeout` (REQUEST_TIMEOUT). No message carries the query of an address, which may be signed.
 */
export interface StepsApi {
  /**
   * @param project `org/repo`
   * @throws AdminError besides of kind `notFound` (BUILD_NOT_FOUND)
   */
  build(project: string, number: number, signal?: AbortSignal): Promise<BuildSteps>;
  /**
   * The messages that a step has printed, as they come; a line may be cut between two.
   *
   * @param mostBytes of the answer that are read
   * @throws AdminError besides of kind `notFound` (NO_STEP_OUTPUT), `service` (STEP_OUTPUT_REFUSED,
   *   STEP_OUTPUT_TOO_LONG)
   */
  output(
    build: BuildSteps,
    action: StepAction,
    mostBytes: number,
    signal?: AbortSignal,
  ): AsyncGenerator<string, void, undefined>;
}
