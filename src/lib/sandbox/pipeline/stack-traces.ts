const CLOJURE_FRAMES = [
  'clojure.lang.AFn.applyToHelper(AFn.java:154)',
  'clojure.lang.AFn.applyTo(AFn.java:144)',
  'clojure.core$apply.invokeStatic(core.clj:667)',
  'clojure.core$bound_fn_STAR_$fn__5818.doInvoke(core.clj:1990)',
  'clojure.lang.RestFn.invoke(RestFn.java:425)',
  'java.base/java.util.concurrent.Executors$RunnableAdapter.call(Executors.java:515)',
  'java.base/java.util.concurrent.FutureTask.run(FutureTask.java:264)',
  'java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1128)',
  'java.base/java.util.concurrent.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java:628)',
  'java.base/java.lang.Thread.run(Thread.java:834)',
];

function trace(
  head: string,
  own: readonly string[],
  cause: string,
  inner: readonly string[],
): string {
  const frames = [...own, ...CLOJURE_FRAMES].map((frame) => `\tat ${frame}`);
  const below = inner.map((frame) => `\tat ${frame}`);
  const more = `\t... ${CLOJURE_FRAMES.length} more`;
  return [head, ...frames, `Caused by: ${cause}`, ...below, more].join('\n');
}

/** Returns the schedulerer's stack trace for a task that cannot be posted. */
export function taskTrace(task: string, own: string): string {
  return trace(
    `clojure.lang.ExceptionInfo: task could not be posted {:task-name "${task}", :type :${own}/post-failed}`,
    [
      `${own}.nomad$post_job_BANG_.invokeStatic(nomad.clj:118)`,
      `${own}.nomad$post_job_BANG_.invoke(nomad.clj:97)`,
      `${own}.scheduler$schedule_task.invokeStatic(scheduler.clj:63)`,
    ],
    'java.lang.NullPointerException: Cannot invoke "Object.toString()" because "token" is null',
    [
      `${own}.secrets$read_token.invokeStatic(secrets.clj:41)`,
      `${own}.secrets$read_token.invoke(secrets.clj:36)`,
    ],
  );
}

/** Returns the schedulerer's stack trace for a job that Nomad rejects. */
export function noLeaderTrace(own: string): string {
  return trace(
    'clojure.lang.ExceptionInfo: clj-http: status 500 {:status 500, :body "No cluster leader", :type :clj-http.client/unexceptional-status}',
    [
      'slingshot.support$stack_trace.invoke(support.clj:201)',
      'clj_http.client$exceptions_response.invokeStatic(client.clj:245)',
    ],
    'java.io.IOException: Server returned HTTP response code: 500',
    [`${own}.nomad$request.invokeStatic(nomad.clj:52)`],
  );
}

/** Returns the output-processor's stack trace for output that it cannot store. */
export function outputTrace(own: string): string {
  return trace(
    'io.grpc.StatusRuntimeException: INTERNAL: could not store event',
    [
      'io.grpc.Status.asRuntimeException(Status.java:526)',
      `${own}.grpc$handle_event.invokeStatic(grpc.clj:204)`,
      `${own}.grpc$handle_event.invoke(grpc.clj:188)`,
    ],
    'com.mongodb.MongoTimeoutException: Timed out after 30000 ms while waiting to connect',
    [
      'com.mongodb.internal.connection.BaseCluster.createTimeoutException(BaseCluster.java:413)',
      'com.mongodb.internal.connection.BaseCluster.selectServer(BaseCluster.java:120)',
    ],
  );
}

/** Returns the stack trace of a service that fails while starting. */
export function startTrace(): string {
  return trace(
    'Exception in thread "main" java.lang.IllegalStateException: configuration is not complete',
    [
      'circle.config$check_BANG_.invokeStatic(config.clj:77)',
      'circle.main$_main.doInvoke(main.clj:31)',
    ],
    'java.io.FileNotFoundException: /etc/circleconfig/secrets.edn (No such file or directory)',
    ['java.base/java.io.FileInputStream.open0(Native Method)'],
  );
}
