import type { Container, KubernetesEvent, Termination } from '../kubernetes/model.ts';
import { type DetailBlock, type DetailView, eraseTable, type Field } from '../terminal/table.ts';
import { formatAge, formatBytes, formatDuration } from '../units.ts';
import type { PodDescription } from './describe.ts';
import { healthTone } from './view.ts';

/** Returns the human-readable view of `pods describe`. */
export function podDescriptionView(description: PodDescription, now: Date): DetailView {
  const { events } = description;
  const groups = [
    ['Containers', description.containers],
    ['Init containers', description.initContainers],
    ['Ephemeral containers', description.ephemeralContainers],
  ] as const;
  return {
    blocks: [
      { kind: 'fields', fields: fieldsOf(description) },
      ...conditionsBlock(description),
      ...groups.flatMap(([title, containers]) =>
        containers.length === 0
          ? []
          : [containersBlock(title, containers, now), ...endBlocks(containers, now)],
      ),
      events === null
        ? { kind: 'lines', title: 'Events', lines: ['No permission to list them.'] }
        : eventsBlock(events, now),
    ],
  };
}

function fieldsOf({ pod, service, workload, labels }: PodDescription): readonly Field[] {
  const tone = healthTone(pod.health);
  return [
    { label: 'Pod', value: pod.name },
    { label: 'Ready', value: `${pod.ready}/${pod.containers}`, tone },
    { label: 'Status', value: pod.status, tone },
    ...(pod.why === null ? [] : [{ label: 'Why', value: pod.why }]),
    { label: 'Restarts', value: String(pod.restarts) },
    { label: 'Age', value: pod.ageMs === null ? 'unknown' : formatAge(pod.ageMs) },
    { label: 'Node', value: pod.node ?? 'none' },
    { label: 'IP', value: pod.podIp ?? 'none' },
    {
      label: 'Owner',
      value: workload ? `${workload.kind}/${workload.name}` : (pod.owner ?? 'nothing'),
    },
    {
      label: 'Labels',
      value:
        Object.entries(labels)
          .map((label) => label.join('='))
          .join(', ') || 'none',
    },
    { label: 'Service', value: service?.name ?? 'no known service' },
    ...(service
      ? [
          { label: 'Role', value: service.role },
          { label: 'Impact', value: service.impact ?? 'unknown' },
          { label: 'Severity', value: service.severity },
        ]
      : []),
  ];
}

function conditionsBlock({ conditions }: PodDescription): readonly DetailBlock[] {
  const table = eraseTable({
    columns: [
      { key: 'type', value: (one) => one.type },
      { key: 'status', value: (one) => one.status },
      { key: 'reason', value: (one) => one.reason },
      { key: 'message', value: (one) => one.message, flexible: 'wrapped' },
    ],
    rows: conditions,
    empty: 'None.',
  });
  return [{ kind: 'table', title: 'Conditions', table }];
}

function containersBlock(title: string, containers: readonly Container[], now: Date): DetailBlock {
  const table = eraseTable<Container>({
    columns: [
      { key: 'name', value: (one) => one.name },
      { key: 'ready', value: (one) => one.ready, text: (one) => (one.ready ? 'yes' : 'no') },
      {
        key: 'state',
        value: (one) => one.state,
        text: (one) => stateText(one, now),
        flexible: 'wrapped',
      },
      { key: 'restarts', value: (one) => one.restarts, align: 'right' },
      {
        key: 'lastEnd',
        title: 'LAST END',
        value: () => null,
        text: (one) => lastEnd(one, now),
        flexible: 'wrapped',
      },
    ],
    rows: containers,
    footer: ['', ...containers.map(({ name, image }) => `${name}: image ${image ?? 'none'}`)],
  });
  return { kind: 'table', title, table };
}

function stateText({ state, reason, exitCode, startedAt }: Container, now: Date): string {
  if (state === 'running' && startedAt !== null) {
    return `running for ${formatDuration(now.getTime() - startedAt.getTime())}`;
  }
  const detail = [reason, exitCode === null ? null : `exit code ${exitCode}`].filter(Boolean);
  return detail.length === 0 ? state : `${state}: ${detail.join(', ')}`;
}

function lastEnd({ lastTermination }: Container, now: Date): string {
  if (lastTermination === null) return '-';
  const { reason, exitCode, finishedAt } = lastTermination;
  const ago =
    finishedAt === null ? '' : `, ${formatDuration(now.getTime() - finishedAt.getTime())} ago`;
  return `${reason ?? 'ended'} (exit code ${exitCode ?? 'unknown'})${ago}`;
}

/** Shows how each container ended, with its termination message, like `kubectl describe`. */
function endBlocks(containers: readonly Container[], now: Date): readonly DetailBlock[] {
  return containers.flatMap((one) => {
    const { name, termination = null, lastTermination } = one;
    const ill = termination !== null && (termination.exitCode !== 0 || termination.message);
    return [
      ...(ill ? [endBlock(`State of ${name}: terminated`, one, termination, now)] : []),
      ...(lastTermination
        ? [endBlock(`Last state of ${name}: terminated`, one, lastTermination, now)]
        : []),
    ];
  });
}

function endBlock(
  title: string,
  { memoryLimitBytes }: Container,
  end: Termination,
  now: Date,
): DetailBlock {
  const { reason, exitCode, signal, message, startedAt, finishedAt } = end;
  const limit = memoryLimitBytes ? formatBytes(memoryLimitBytes) : 'none';
  const fields: readonly Field[] = [
    { label: 'Reason', value: reason ?? 'unknown' },
    { label: 'Exit code', value: exitCode === null ? 'unknown' : String(exitCode) },
    ...(signal ? [{ label: 'Signal', value: String(signal) }] : []),
    { label: 'Started', value: momentText(startedAt, now) },
    { label: 'Finished', value: momentText(finishedAt, now) },
    ...(reason === 'OOMKilled' ? [{ label: 'Memory limit', value: limit }] : []),
  ];
  const width = Math.max(...fields.map(({ label }) => label.length)) + 2;
  const words = message?.trimEnd().replaceAll('\n', `\n${' '.repeat(width)}`);
  return {
    kind: 'fields',
    title,
    fields: [...fields, ...(words ? [{ label: 'Message', value: words }] : [])],
  };
}

/** The kubelet writes the Unix epoch for an unknown time. */
function momentText(at: Date | null, now: Date): string {
  if (at === null || at.getTime() === 0) return 'unknown';
  const ago = formatDuration(now.getTime() - at.getTime());
  return `${at.toISOString().replace('.000Z', 'Z')} (${ago} ago)`;
}

function eventsBlock(events: readonly KubernetesEvent[], now: Date): DetailBlock {
  const table = eraseTable<KubernetesEvent>({
    columns: [
      { key: 'lastAt', title: 'LAST', value: (one) => one.lastAt, text: (one) => ago(one, now) },
      {
        key: 'type',
        value: (one) => one.type,
        tone: (one) => (one.type === 'Warning' ? 'warning' : undefined),
      },
      { key: 'reason', value: (one) => one.reason },
      { key: 'count', value: (one) => one.count, align: 'right' },
      { key: 'message', value: (one) => one.message, flexible: 'wrapped' },
    ],
    rows: events,
    empty: 'None (Kubernetes keeps events for an hour).',
  });
  return { kind: 'table', title: 'Events', table };
}

function ago({ lastAt }: KubernetesEvent, now: Date): string {
  return lastAt === null ? '-' : `${formatAge(now.getTime() - lastAt.getTime())} ago`;
}
