import type { Stage } from '../../../../src/lib/queue/stages.ts';

/**
 * The operations guide's own samples of healthy logs ("Debug Queuing Builds", steps 1 to 3), line
 * by line.
 */
export const GUIDE_LINES = {
  'legacy-dispatcher': [
    'Jan 20 06:14:59.119:+0000 INFO circle.backend.build.usage-queue got usage-queue event;',
    'Jan 20 06:14:59.129:+0000 INFO circle.backend.build.usage-queue forwarded to run-queue; build-name=circleci/realitycheck/21;',
    'Jan 20 06:14:59.129:+0000 INFO circle.backend.build.usage-queue publishing event;',
  ],
  dispatcher: [
    '2021-01-20T06:14:59.277+0000 [] [async-thread-macro-1] INFO picard-dispatcher.core popped build from build queue;',
    '2021-01-20T06:14:59.281+0000 [] [async-thread-macro-1] INFO circle.model.build Performed compression of config-str;',
    '2021-01-20T06:14:59.347+0000 [] [async-thread-macro-1] INFO picard-dispatcher.tasks Build agent image;',
    '2021-01-20T06:14:59.347+0000 [] [async-thread-macro-1] INFO picard-dispatcher.tasks Build is using resource class; build-id=6007ca6352718c10b1227a57; build-url =https://<SERVER_DOMAIN>/gh/circleci/realitycheck/21; resource-class={:id "d1.medium", :availability :general, :ui {:cpu 2.0, :ram 4096, :class :medium, :name "Docker Medium"}, :outer {:cpu 2.0, :ram 4120}}; vcs-url=https://github.com/circleci/realitycheck; 2021-01-20T06:14:59.348+0000 [] [async-thread-macro-1] INFO picard-dispatcher.tasks Computed tasks; 2021-01-20T06:15:42.005+0000 [] [main] INFO picard-dispatcher.init Still running...; 2021-01-20T06:16:42.006+0000 [] [main] INFO picard-dispatcher.init Still running...;',
  ],
  schedulerer: [
    '2021-01-20T06:14:59.553+0000 [] [pool-43-thread-13] INFO schedulerer.core got task message; task-name=6007ca6352718c10b1227a57-0-build-circleci-realitycheck-21; task={:disk-mb 0, :task-id "6007ca6352718c10b1227a57-0-build", :resource_class_id "d1.medium", :name "6007ca6352718c10b1227a57-0-build-circleci/realitycheck/21", :build-agent-image "1.0.48635-2552da21", :ram 4120, :event_processor_uri "http://output.ci.circleci.internal:8585", :resource-class-id "d1.medium", :ram-mb 4120, :executor "docker", :build_agent_image "1.0.48635-2552da21", :metadata {:build_url "https://<SERVER_DOMAIN>/gh/circleci/realitycheck/21", :env "development", :debug false}, :cpus 2.0}; version=0.1.53171',
    '2021-01-20T06:14:59.554+0000 [] [pool-43-thread-13] INFO schedulerer.scheduler posting task to nomad; 2021-01-20T06:14:59.567+0000 [] [pool-43-thread-13] INFO schedulerer.scheduler posted to nomad; 2021-01-20T06:15:07.896+0000 [] [main] INFO schedulerer.core Still running...;',
  ],
} as const satisfies Partial<Record<Stage, readonly string[]>>;

/** The stages that the guide has a sample of. */
export type SampledStage = keyof typeof GUIDE_LINES;

/** The stages that the guide has a sample of. */
export const SAMPLED_STAGES: readonly SampledStage[] = [
  'legacy-dispatcher',
  'dispatcher',
  'schedulerer',
];
