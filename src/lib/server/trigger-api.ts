/** A pipeline that was started. */
export interface StartedPipeline {
  readonly id: string;
  /** The pipeline number in the project, which is not a build number. */
  readonly number: number | null;
}

/** The state of a pipeline. */
export interface PipelineState {
  /** `created`, `pending`, `setup`, `errored`, ...; null if missing. */
  readonly state: string | null;
  /** For example errors in the configuration. */
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
  /** The build number; null until the job has one. */
  readonly number: number | null;
  readonly status: string | null;
}

/**
 * Starts a build and follows it until it has a number, with CircleCI's API v2.
 *
 * Every method throws an `AdminError`: `unauthorised` (NO_SERVER_TOKEN, SERVER_UNAUTHORIZED,
 * SERVER_FORBIDDEN), `notFound` (PROJECT_NOT_FOUND, PIPELINE_NOT_FOUND), `validation`
 * (PIPELINE_REFUSED), `service` (SERVER_ERROR, SERVER_SURPRISE, UNREACHABLE, TLS_REFUSED) or
 * `timeout` (REQUEST_TIMEOUT).
 */
export interface TriggerApi {
  /**
   * Starts a pipeline. The request is never retried: after a failure it is unknown whether the
   * pipeline was started.
   *
   * @param project `org/repo`, optionally with the VCS in front
   * @param branch null for the project's default branch
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
