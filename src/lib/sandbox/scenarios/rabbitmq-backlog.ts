import type { Scenario } from '../scenario.ts';

/** RabbitMQ holds thousands of builds that no dispatcher takes. */
export const rabbitmqBacklog: Scenario = {
  name: 'rabbitmq-backlog',
  summary: 'RabbitMQ holds thousands of builds that no dispatcher takes',
  nomad: { clients: 5, builds: 6, finished: 12 },
  kubernetes: {},
  pipeline: { faults: ['rabbitmq-backlog'] },
  expects: 'CQ0801',
};
