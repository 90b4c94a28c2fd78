import { firstNames } from '../../join-names.ts';
import { formatDuration } from '../../units.ts';
import type { QueueFacts } from '../facts/facts.ts';
import { NOMAD_SERVICE } from '../facts/importance.ts';
import { outputEndpoint } from '../facts/service-names.ts';
import { type Finding, fact, type Place, type Rule, UNDECIDED } from '../finding.ts';
import { type Evidence, known } from '../snapshot/evidence.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';

type Failed = Extract<Evidence<never>, { status: 'failed' }>;

/** A part of a service's evidence that could not be read. */
interface MissingPart {
  readonly part: string;
  readonly evidence: Failed;
  /** Whether the part is the log of a container. */
  readonly isLog?: boolean;
}

interface RequestedService {
  readonly service: string;
  readonly name: string;
  readonly place: Place;
  /** Whether hardly anything can be concluded without this service. */
  readonly vital: boolean;
  readonly missing: readonly MissingPart[];
  readonly commands: readonly string[];
}

/** A service did not respond or rejected the request. */
export const missingEvidence: Rule = {
  code: 'CQ0901',
  name: 'a service did not respond',
  explains: [],
  // Explains findings about services that are reached through the failed one or depend on it.
  accountsFor(own, { code }) {
    if (code === UNDECIDED) return own.subject === 'kubernetes' || own.subject === 'nomad';
    if (own.severity !== 'error') return false;
    if (code === 'CQ0901') return own.subject === 'kubernetes';
    return own.subject === 'nomad' && ['CQ0401', 'CQ0403', 'CQ0404'].includes(code);
  },
  services: ({ subject }) => SERVICES_OF[subject ?? ''] ?? [],
  rank({ severity, subject }) {
    if (severity === 'warning') return 110;
    return subject === 'kubernetes' ? 0 : 1;
  },
  judge: (facts) =>
    requestedServices(facts).flatMap((one) => {
      if (one.missing.length === 0) return [];
      const pod = one.service === 'nomad' ? actualNomadPod(facts.snapshot, one.missing) : null;
      return [pod === null ? findingOf(one) : forOtherPod(findingOf(one), pod)];
    }),
};

/** The service whose pods respond to the requests. */
const SERVICES_OF: Readonly<Record<string, readonly string[]>> = {
  nomad: [NOMAD_SERVICE],
  rabbitmq: ['circleci-rabbitmq'],
  server: ['frontend'],
};

function requestedServices(facts: QueueFacts): readonly RequestedService[] {
  const { snapshot } = facts;
  const { nomad, server } = snapshot;
  return [
    {
      service: 'kubernetes',
      name: 'Kubernetes',
      place: 'kubernetes',
      vital: true,
      missing: [
        ...missingPart('the pods', snapshot.pods),
        ...missingPart('Deployments and StatefulSets', snapshot.workloads),
        ...missingLogs(snapshot),
      ],
      commands: ['circleci-admin doctor', 'circleci-admin pods list'],
    },
    {
      service: 'nomad',
      name: 'Nomad',
      place: 'nomad',
      vital: true,
      missing: [
        ...missingPart('its leader', nomad.leader),
        ...missingPart('its clients', nomad.clients),
        ...missingPart('its jobs', nomad.jobs),
      ].filter(({ evidence }) => evidence.failure.code !== 'NOMAD_NO_LEADER'),
      commands: ['circleci-admin doctor', 'circleci-admin nomad node-status'],
    },
    {
      service: 'server',
      name: 'the CircleCI server',
      place: 'server',
      vital: false,
      missing: [
        ...missingPart('its queues', server.summary),
        ...missingPart('its builds', server.builds),
      ],
      commands: ['circleci-admin doctor'],
    },
    {
      service: 'rabbitmq',
      name: 'RabbitMQ',
      place: 'rabbitmq',
      vital: false,
      // A missing rabbitmqctl, or no permission to run it, says nothing about RabbitMQ.
      missing: missingPart('its queues', snapshot.rabbitmq).filter(
        ({ evidence }) => evidence.timedOut,
      ),
      commands: ['circleci-admin pods logs circleci-rabbitmq --tail 100'],
    },
    {
      service: 'ssh',
      name: 'SSH to the clients',
      place: 'clients',
      vital: false,
      missing: missingPart(`${outputEndpoint(facts)} from the clients`, snapshot.outputPort),
      commands: ['circleci-admin troubleshoot connectivity'],
    },
  ];
}

/** Returns the actual pod of the Nomad server if the configured pod does not exist. */
function actualNomadPod({ pods }: QueueSnapshot, missing: readonly MissingPart[]): string | null {
  if (!missing.every(({ evidence }) => evidence.failure.code === 'NOMAD_POD_NOT_FOUND'))
    return null;
  return (known(pods) ?? []).find(({ service }) => service === NOMAD_SERVICE)?.name ?? null;
}

/** Reduces the severity, because a wrong pod name in the configuration is not a cause. */
function forOtherPod(finding: Finding, pod: string): Finding {
  const { text, commands } = finding.remedy;
  return {
    ...finding,
    severity: 'warning',
    title: `the configured Nomad pod does not exist: the Nomad server is ${pod}`,
    remedy: {
      text,
      commands: [`circleci-admin troubleshoot queue --nomad-pod ${pod}`, ...commands],
    },
  };
}

function missingPart(part: string, evidence: Evidence<unknown>): readonly MissingPart[] {
  return evidence.status === 'failed' ? [{ part, evidence }] : [];
}

/**
 * Returns the logs that could not be read. For a container that is not running, the pod is the
 * finding.
 */
function missingLogs({ logs, pods }: QueueSnapshot): readonly MissingPart[] {
  if (pods.status !== 'known') return [];
  const ready = new Set(
    pods.value.filter(({ judgement }) => judgement.health === 'ready').map(({ name }) => name),
  );
  const failed = logs.filter((log) => !log.previous && ready.has(log.pod));
  return failed.flatMap(({ pod, log }) =>
    missingPart(`the log of ${pod}`, log).map((one) => ({ ...one, isLog: true })),
  );
}

function findingOf({ service, name, place, vital, missing, commands }: RequestedService): Finding {
  const causes = Map.groupBy(missing, ({ evidence }) => evidence.failure.message);
  const late = missing.find(({ evidence }) => evidence.timedOut);
  // The service responds, even if it only rejects requests, so other parts may be known.
  const refused = missing.every(({ evidence }) => evidence.failure.kind === 'unauthorised');
  const whole = isWhole(missing, service);
  const hints = missing.flatMap(({ evidence }) => evidence.failure.hint ?? []);
  return {
    code: 'CQ0901',
    severity: vital && !refused && whole ? 'error' : 'warning',
    place,
    subject: service,
    title: late && whole ? `${name} timed out` : titleOf(name, missing, refused),
    evidence: [
      // A message may list several attempts in lines of their own.
      ...[...causes]
        .slice(0, 4)
        .flatMap(([message, those]) => `${partsOf(those)}: ${message}`.split('\n'))
        .map((line) => fact(line.trim())),
      ...(late ? [fact(`waited for ${formatDuration(late.evidence.tookMs)}`)] : []),
    ],
    remedy: {
      text:
        [...new Set(hints)].slice(0, 2).map(sentence).join(' ') ||
        'Check that it runs, and that it can be reached from here.',
      commands,
    },
    fix: null,
    builds: [],
  };
}

/** Returns whether the pods of Kubernetes, or several parts of another service, are missing. */
function isWhole(missing: readonly MissingPart[], service: string): boolean {
  const parts = missing.map(({ part }) => part);
  return service === 'kubernetes' ? parts.includes('the pods') : parts.length > 1;
}

function titleOf(name: string, missing: readonly MissingPart[], refused: boolean): string {
  const late = missing.filter(({ evidence }) => evidence.timedOut);
  if (late.length > 0) return `${name} timed out: ${partsInShort(late)}`;
  const what = partsInShort(missing);
  return refused
    ? `no permission to read ${what.replace(/^its /, `${name}'s `)}`
    : `${name} failed: ${what} could not be read`;
}

/** Lists the parts; the logs of several pods are counted, not named. */
function partsInShort(missing: readonly MissingPart[]): string {
  const logs = missing.filter(({ isLog }) => isLog);
  if (logs.length < 2) return partsOf(missing);
  const parts = missing.filter(({ isLog }) => !isLog).map(({ part }) => part);
  return [...parts, `${logs.length} logs`].join(', ');
}

function partsOf(missing: readonly MissingPart[]): string {
  const parts = missing.map(({ part }) => part);
  return parts.length > 3 ? firstNames(parts, 2) : parts.join(', ');
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
