import type { Milliseconds } from '../../clock.ts';
import { formatDuration } from '../../units.ts';
import { builds, listed } from '../build-names.ts';
import type { BuildTrail, QueueFacts } from '../facts/facts.ts';
import { ageAt, serverNow } from '../facts/moments.ts';
import { namesEveryJob } from '../facts/named-jobs.ts';
import { stageName } from '../facts/service-names.ts';
import { hasArrived, triggeredTrail } from '../facts/triggered.ts';
import { uiStateOf } from '../facts/ui-state.ts';
import { unreadySteps } from '../facts/unready-steps.ts';
import { type Finding, fact, type Rule, UNDECIDED } from '../finding.ts';
import { known } from '../snapshot/evidence.ts';
import { STAGES } from '../stages.ts';

/** A build that is queued for longer than this without an explanation is reported. */
const LONG_QUEUED_MS: Milliseconds = 180_000;
/** Enough for most builds that wait, where the window was too short. */
const LONGER_WINDOW = '6h';

/**
 * Nothing was found that blocks builds, and yet it cannot be said that they get through. A script
 * must not take this for "all well".
 */
export const undecided: Rule = {
  code: UNDECIDED,
  name: 'it cannot be determined whether builds get through',
  explains: [],
  // First among the warnings, because it is the verdict.
  rank: () => 0,
  judge(facts, found) {
    if (found.some(({ severity }) => severity === 'error')) return [];
    const one =
      nothingRead(facts) ??
      startingUp(facts) ??
      triggeredBuildPending(facts) ??
      longQueued(facts, found);
    return one === null ? [] : [one];
  },
};

type FindingParts = Pick<Finding, 'place' | 'subject' | 'title' | 'evidence' | 'remedy'> &
  Partial<Pick<Finding, 'builds'>>;

function finding(parts: FindingParts): Finding {
  return { code: UNDECIDED, severity: 'warning', fix: null, builds: [], ...parts };
}

function nothingRead({ logs, snapshot }: QueueFacts): Finding | null {
  const { clients } = snapshot.nomad;
  if (logs.size > 0 || clients.status === 'known') return null;
  const why = [snapshot.pods, clients].flatMap((part) =>
    part.status === 'not-asked' ? [fact(part.why)] : [],
  );
  return finding({
    place: 'kubernetes',
    subject: null,
    title: 'neither the logs of the pipeline nor Nomad could be read',
    evidence: why.length > 0 ? why : [fact('no pod of the pipeline has a log')],
    remedy: {
      text: 'Check what this program can reach.',
      commands: ['circleci-admin doctor'],
    },
  });
}

/** A step without a ready pod, though its pods are too young for that to be a fault. */
function startingUp({ snapshot }: QueueFacts): Finding | null {
  const down = unreadySteps(snapshot);
  const [first] = down;
  if (!first) return null;
  const names = down.map(({ workload }) => workload).join(', ');
  return finding({
    place: 'kubernetes',
    subject: first.pod.service ?? first.workload,
    title: `${names} ${down.length === 1 ? 'has' : 'have'} no ready pod, so no build gets through: ${first.pod.name} is ${first.text}`,
    evidence: down.map(({ pod, text }) => fact(`${pod.name}: ${text}`)),
    remedy: {
      text: 'Check again in a minute.',
      commands: [
        `circleci-admin pods describe ${first.pod.name}`,
        'circleci-admin troubleshoot queue',
      ],
    },
  });
}

/** The build that was started for the diagnosis has not got through yet. */
function triggeredBuildPending(facts: QueueFacts): Finding | null {
  const { trigger } = facts.snapshot;
  if (trigger === null) return null;
  const after = formatDuration(trigger.ageMs);
  const parts = { place: 'server', subject: trigger.project } as const;
  const text = 'Check again in a minute.';
  if (trigger.number === null) {
    return finding({
      ...parts,
      title: `the build of ${trigger.project} that was started ${after} ago has no number yet`,
      evidence: [fact('the server gives a build its number when its workflow starts')],
      remedy: { text, commands: ['circleci-admin troubleshoot queue'] },
    });
  }
  const trail = triggeredTrail(facts);
  if (trail !== null && hasArrived(trail)) return null;
  const name = `${trigger.project}/${trigger.number}`;
  const at = trail === null ? undefined : STAGES.findLast((stage) => trail.seen.has(stage));
  const got =
    at === undefined ? 'no stage has received it yet' : `it has reached ${stageName(facts, at)}`;
  return finding({
    ...parts,
    title: `${name} was started ${after} ago, and ${got}`,
    evidence: [fact('the UI does not show it as running'), fact(notInNomad(facts, 'it'))],
    remedy: { text, commands: [`circleci-admin troubleshoot build ${name}`] },
    builds: [name],
  });
}

/** Builds are queued for long in the UI, and no finding explains it. */
function longQueued(facts: QueueFacts, found: readonly Finding[]): Finding | null {
  const now = serverNow(facts.snapshot);
  const explained = new Set(found.flatMap((one) => one.builds));
  const ageOf = ({ ui }: BuildTrail): Milliseconds => ageAt(now, ui?.queuedAt ?? null) ?? 0;
  const late = facts.trails
    .filter((trail) => {
      const { ui, jobs, name } = trail;
      if (ui === null || uiStateOf(ui) !== 'waiting' || jobs.length > 0) return false;
      return !explained.has(name) && ageOf(trail) > LONG_QUEUED_MS;
    })
    .sort((a, b) => ageOf(b) - ageOf(a));
  const [oldest] = late;
  if (!oldest) return null;
  const names = late.map(({ name }) => name);
  const longest = formatDuration(ageOf(oldest));
  const waits =
    late.length === 1
      ? `1 build waits for ${longest}`
      : `${builds(late.length)} wait, one for ${longest}`;
  return finding({
    place: 'server',
    subject: null,
    title: `${waits}, and nothing that was read shows why`,
    evidence: [
      fact(`queued in the UI: ${listed(names)}`),
      fact(notInNomad(facts, late.length === 1 ? 'it' : 'them')),
    ],
    remedy: remedyOf(facts, oldest.name),
    builds: names,
  });
}

/** What is known of builds that no job in Nomad names. */
function notInNomad(facts: QueueFacts, which: 'it' | 'them'): string {
  if (facts.snapshot.nomad.jobs.status !== 'known') return "Nomad's jobs were not read";
  const unnamed = unnamedJobs(facts);
  if (unnamed === 0) return `Nomad has no job for ${which}`;
  const jobs = unnamed === 1 ? '1 job that does' : `${unnamed} jobs that do`;
  return `Nomad has ${jobs} not name a build, and may have ${which}`;
}

function remedyOf(facts: QueueFacts, oldest: string): Finding['remedy'] {
  const start = 'circleci-admin troubleshoot queue --trigger ORG/REPO';
  if (unnamedJobs(facts) > 0) {
    return {
      text: 'See whether jobs are pending in Nomad, and start a build to see whether new builds get through.',
      commands: ['circleci-admin nomad status', start],
    };
  }
  return {
    text: 'Read further back, follow one of the builds, or start a build to see whether new ones get through.',
    commands: [
      `circleci-admin troubleshoot queue --since ${LONGER_WINDOW}`,
      `circleci-admin troubleshoot build ${oldest}`,
      start,
    ],
  };
}

/** The number of jobs whose build is not known: see {@link namesEveryJob}. */
function unnamedJobs(facts: QueueFacts): number {
  if (namesEveryJob(facts)) return 0;
  return (known(facts.snapshot.nomad.jobs) ?? []).filter(({ slug }) => slug === null).length;
}
