/** A pipeline that was started. */
export interface StartedPipeline {
  readonly id: string;
  /** Its number in the project; that of a build is another. */
  readonly number: number | null;
}

/** How a pipeline does. */
export interface PipelineState {
  /** `created`, `pending`, `setup`, `errored`, ...; null where it does not say. */
  readonly state: string | null;
  /** What is wrong with its configuration, and the like. */
  readonly errors: readonly string[];
}

/** A workflow of a pipeline. */
export interface PipelineWorkflow {
  readonly id: string;
  readonly name: string | null;
  /** `running`, `failed`, `on_hold`, ... */
  readonly status: string | null;
}

/** A job of a workflow. */
export interface WorkflowJob {
  readonly name: string | null;
  /** The number of the build; null until it has one. */
  readonly number: number | null;
  readonly status: string | null;
}

/**
 * What starts a build and follows it until it has a number, by CircleCI's API v2.
 *
 * Every method throws an `AdminError`: `unauthorised` (NO_SERVER_TOKEN, SERVER_UNAUTHORIZED,
 * SERVER_FORBIDDEN), `notFound` (PROJECT_NOT_FOUND, PIPELINE_NOT_FOUND), `validation`
 * (PIPELINE_REFUSED), `service` (SERVER_ERROR, SERVER_SURPRISE, UNREACHABLE, TLS_REFUSED) or
 * `timeout` (REQUEST_TIMEOUT).
 */
export interface TriggerApi {
  /**
   * Starts a pipeline. Sent once: whether it was carried out is not known after a failure.
   *
   * @param project `org/repo`, or with its VCS in front
   * @param branch the project's own default where it is null
   */
  startPipeline(
    project: string,
    branch: string | null,
    signal?: AbortSignal,
  ): Promise<StartedPipeline>;
  pipeline(id: string, signal?: AbortSignal): Promise<PipelineState>;
  workflows(pipelineId: string, signal?: AbortSignal): Promise<readonly PipelineWorkflow[]>;
  jobs(workflowId: string, signal?: AbortSignal): Promise<readonly WorkflowJob[]>;
}
