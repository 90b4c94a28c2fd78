import type { Milliseconds } from '../../clock.ts';
import { formatDuration } from '../../units.ts';
import type { QueueFacts } from '../facts/facts.ts';
import { outputEndpoint } from '../facts/service-names.ts';
import { type Evidence, whyMissing } from '../snapshot/evidence.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';

/** A larger clock offset makes the times in logs hard to compare. */
const CLOCKS_DIFFER_MS: Milliseconds = 30_000;

/**
 * Returns notes on a profile of another version, on what was not checked and why, and on clock
 * offsets.
 */
export function notesOf(facts: QueueFacts): readonly string[] {
  const { snapshot, pipelineNotes } = facts;
  return [
    ...new Set([...pipelineNotes, ...notChecked(facts), ...unread(snapshot), ...clocks(snapshot)]),
  ];
}

function notChecked(facts: QueueFacts): readonly string[] {
  const { pods, nomad, server, rabbitmq, outputPort } = facts.snapshot;
  const endpoint = outputEndpoint(facts);
  return [
    ...notAsked('Kubernetes was not checked', pods),
    ...notAsked('Nomad was not checked', nomad.clients),
    ...notAsked("The server's own queues were not checked", server.builds),
    ...notAsked('RabbitMQ was not checked', rabbitmq),
    ...notAsked(
      `${endpoint.charAt(0).toUpperCase()}${endpoint.slice(1)} was not checked from the clients`,
      outputPort,
    ),
  ];
}

function notAsked(what: string, evidence: Evidence<unknown>): readonly string[] {
  return evidence.status === 'not-asked' ? [`${what}: ${sentence(evidence.why)}`] : [];
}

function unread({ rabbitmq, outputPort }: QueueSnapshot): readonly string[] {
  const notes: string[] = [];
  if (rabbitmq.status === 'failed' && !rabbitmq.timedOut) {
    const why = sentence(whyMissing(rabbitmq));
    notes.push(`The lengths of RabbitMQ's queues could not be read: ${why}`);
  }
  if (outputPort.status === 'known') {
    for (const { client, check, outcome, meaning } of outputPort.value) {
      if (check === 'ssh' && outcome === 'failed') {
        notes.push(`Could not log in to ${client}: ${sentence(meaning)}`);
      }
    }
  }
  return notes;
}

function clocks({ clocks: { kubernetesAheadMs, nomadAheadMs, serverAheadMs } }: QueueSnapshot) {
  const all = [
    ['Kubernetes', kubernetesAheadMs],
    ['Nomad', nomadAheadMs],
    ['the server', serverAheadMs],
  ] as const;
  return all.flatMap(([name, ahead]) => {
    if (ahead === null || Math.abs(ahead) <= CLOCKS_DIFFER_MS) return [];
    const direction = ahead > 0 ? 'ahead of' : 'behind';
    return [
      `The clock of ${name} is ${formatDuration(Math.abs(ahead))} ${direction} the clock of this machine; ages are corrected.`,
    ];
  });
}

/** Ends a text with a full stop. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
