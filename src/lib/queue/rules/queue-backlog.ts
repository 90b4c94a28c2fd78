import type { QueueFacts } from '../facts/facts.ts';
import { consumerOf } from '../facts/queue-consumer.ts';
import { stageName } from '../facts/service-names.ts';
import { waitingState } from '../facts/waiting-builds.ts';
import { type Finding, type FindingSeverity, fact, type Rule } from '../finding.ts';
import { known } from '../snapshot/evidence.ts';
import type { RabbitQueue } from '../snapshot/snapshot.ts';
import { STAGE_SERVICES } from '../stages.ts';

/** The number of ready messages that is a backlog even with consumers. */
const BACKLOG_WITH_CONSUMERS = 1_000;
/** The same for a queue outside the pipeline without consumers. */
const BACKLOG_OUTSIDE_PIPELINE = 100;
/** The same for a queue of the pipeline without consumers. */
const BACKLOG_WITHOUT_CONSUMERS = 10;

/** Queues for failed or delayed messages, which have no consumers. */
const DEAD_LETTER_QUEUE =
  /dead|dlq|dlx|delay|retry|retries|wait|parking|expired|poison|quarantine|fail|error/i;
/** Queues of the pipeline. */
const PIPELINE =
  /run-?_?queue|usage-?_?queue|nomad|task|dispatch|distribut|schedul|provision|picard|build/i;

/** Messages pile up in RabbitMQ. */
export const queueBacklog: Rule = {
  code: 'CQ0801',
  name: 'messages pile up in RabbitMQ',
  explains: ['CQ0202', 'CQ0203', 'CQ0204', 'CQ0205', 'CQ0303', 'CQ0404'],
  // A queue belongs only to the stage that consumes it.
  explainsThis: isOfStage,
  isExplainedBy: isOfStage,
  services({ subject }) {
    const consumer = consumerOf(subject ?? '');
    return ['circleci-rabbitmq', ...(consumer === null ? [] : STAGE_SERVICES[consumer])];
  },
  judge(facts) {
    const waits = waitingState(facts);
    const piled = (known(facts.snapshot.rabbitmq) ?? []).flatMap((queue) => {
      const severity = severityOf(queue, waits);
      return severity === null ? [] : [{ queue, severity }];
    });
    const order = (one: (typeof piled)[number]): number => (one.severity === 'error' ? 0 : 1);
    piled.sort((a, b) => order(a) - order(b) || b.queue.messages - a.queue.messages);
    const [worst] = piled;
    return worst
      ? [
          findingOf(
            piled.map(({ queue }) => queue),
            worst,
            facts,
          ),
        ]
      : [];
  },
};

function isOfStage({ subject }: Finding, { place }: Finding): boolean {
  const consumer = consumerOf(subject ?? '');
  return consumer === null || consumer === place;
}

function severityOf(
  queue: RabbitQueue,
  waits: ReturnType<typeof waitingState>,
): FindingSeverity | null {
  const ready = readyOf(queue);
  if (DEAD_LETTER_QUEUE.test(queue.name)) return ready > BACKLOG_WITH_CONSUMERS ? 'warning' : null;
  const untaken = queue.consumers === 0 && queue.messages > 0;
  if (PIPELINE.test(queue.name)) {
    if (untaken)
      return waits === 'some' || ready >= BACKLOG_WITHOUT_CONSUMERS ? 'error' : 'warning';
    if (ready > BACKLOG_WITH_CONSUMERS) return waits === 'nobody' ? 'warning' : 'error';
    return null;
  }
  return (untaken && ready >= BACKLOG_OUTSIDE_PIPELINE) || ready > BACKLOG_WITH_CONSUMERS
    ? 'warning'
    : null;
}

/** Returns the number of messages that have not been delivered to a consumer. */
function readyOf({ messages, unacknowledged }: RabbitQueue): number {
  return Math.max(0, messages - (unacknowledged ?? 0));
}

function findingOf(
  piled: readonly RabbitQueue[],
  { queue, severity }: { readonly queue: RabbitQueue; readonly severity: FindingSeverity },
  facts: QueueFacts,
): Finding {
  const stage = consumerOf(queue.name);
  const untaken = queue.consumers === 0;
  const taker = stage === null ? null : stageName(facts, stage);
  return {
    code: 'CQ0801',
    severity,
    place: 'rabbitmq',
    subject: queue.name,
    title: `${count(queue.messages)} pile up in ${queue.name}${untaken ? ': there is no consumer' : ''}`,
    evidence: piled.slice(0, 5).map((one) => fact(describe(one))),
    remedy: {
      text: untaken
        ? `The consumer of ${queue.name} has lost its connection: restart ${taker ?? 'it'}. The messages stay in the queue.`
        : "Messages arrive faster than they are consumed: check the consumer's log.",
      commands: [
        ...(taker === null ? [] : [`circleci-admin pods restart ${taker}`]),
        `circleci-admin pods logs ${taker ?? 'circleci-rabbitmq'} --tail 100`,
      ],
    },
    fix: null,
    builds: severity === 'error' ? facts.stopped.map(({ trail }) => trail.name) : [],
  };
}

function count(messages: number): string {
  return messages === 1 ? '1 message' : `${messages} messages`;
}

function describe({ vhost, name, messages, unacknowledged, consumers }: RabbitQueue): string {
  const takers =
    consumers === null ? '' : `, ${consumers} ${consumers === 1 ? 'consumer' : 'consumers'}`;
  const given = unacknowledged === null ? '' : ` (${unacknowledged} unacknowledged)`;
  return `${name} in vhost ${vhost}: ${count(messages)}${given}${takers}`;
}
