import { sumCapacity } from '../../nomad/nodes/node-status.ts';
import { formatDuration } from '../../units.ts';
import { builds } from '../build-names.ts';
import type { JudgedFinding, Step, StepState } from '../diagnosis.ts';
import type { QueueFacts } from '../facts/facts.ts';
import { stageName } from '../facts/service-names.ts';
import { uiStateOf } from '../facts/ui-state.ts';
import { unreadySteps } from '../facts/unready-steps.ts';
import { countWaiting } from '../facts/waiting-builds.ts';
import type { Rule } from '../finding.ts';
import { type Evidence, known, whyMissing } from '../snapshot/evidence.ts';
import { STAGE_SERVICES, type Stage } from '../stages.ts';

type Words = Omit<Step, 'step' | 'name'>;

/** Returns the steps of the operations guide's decision tree in order, each with its numbers. */
export function stepsOf(
  facts: QueueFacts,
  findings: readonly JudgedFinding[],
  rules: readonly Rule[],
): readonly Step[] {
  const { snapshot, stages } = facts;
  const ruleOf = new Map(rules.map((rule) => [rule.code, rule]));
  const step = (
    id: string,
    words: Words,
    own: (one: JudgedFinding) => boolean,
    name = id,
  ): Step => ({
    step: id,
    name,
    ...judged(words, findings.filter(own)),
  });
  const at = (place: JudgedFinding['place']) => (one: JudgedFinding) => one.place === place;
  const atPort = ({ code }: JudgedFinding) => ruleOf.get(code)?.step === 'output port';
  const ofStage = (stage: Stage): Step => {
    const own = (one: JudgedFinding): boolean => {
      const ofItsPods = ruleOf.get(one.code)?.ofPods === true && isOf(stage, one.subject);
      return ofItsPods || (one.place === stage && !atPort(one));
    };
    return step(stage, stageWords(facts, stage), own, stageName(facts, stage));
  };
  const before = stages.filter((stage) => stage !== 'output-processor');
  return [
    step('pods', podWords(facts), at('kubernetes')),
    ...before.map(ofStage),
    step('nomad', leaderWords(facts), at('nomad')),
    step('clients', clientWords(facts), at('clients')),
    step('jobs', jobWords(facts), at('jobs')),
    step('rabbitmq', rabbitWords(facts), at('rabbitmq')),
    ofStage('output-processor'),
    step('output port', portWords(facts), atPort),
    step('server', serverWords(facts, snapshot.server.builds), at('server')),
  ];
}

function isOf(stage: Stage, service: string | null): boolean {
  return service !== null && STAGE_SERVICES[stage].includes(service);
}

/** A finding determines the state of a step, and precedes its numbers. */
function judged(words: Words, own: readonly JudgedFinding[]): Words {
  const [worst] = own.toSorted(
    (a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'),
  );
  if (!worst) return words;
  return {
    ...words,
    state: worst.severity === 'error' ? 'broken' : 'warning',
    text: words.text === '' ? worst.title : `${worst.title} (${words.text})`,
  };
}

function lacking(evidence: Evidence<unknown>): Words {
  const numbers = {};
  if (evidence.status === 'not-asked') return { state: 'not-asked', text: evidence.why, numbers };
  const text = evidence.status === 'failed' ? whyMissing(evidence) : '';
  return { state: 'unknown', text, numbers };
}

function podWords({ snapshot: { pods } }: QueueFacts): Words {
  if (pods.status !== 'known') return lacking(pods);
  const lasting = pods.value.filter(
    ({ judgement }) => judgement.health !== 'completed' && judgement.health !== 'left-behind',
  );
  const ready = lasting.filter(({ judgement }) => judgement.health === 'ready').length;
  const numbers = { ready, pods: lasting.length };
  return { state: 'ok', text: `${ready} of ${lasting.length} ready`, numbers };
}

/** Returns the state of a stage from its log, or a warning if none of its pods is ready. */
function stageWords(facts: QueueFacts, stage: Stage): Words {
  const words = logWords(facts, stage);
  const down = unreadySteps(facts.snapshot).find(({ pod }) => pod.stage === stage);
  if (!down) return words;
  // What is known of its log; a log that could not be read only repeats that there is no pod.
  const said = words.state === 'unknown' || words.text === '' ? '' : `; ${words.text}`;
  return { ...words, state: 'warning', text: `no pod is ready: ${down.text}${said}` };
}

function logWords(facts: QueueFacts, stage: Stage): Words {
  const { snapshot, logs } = facts;
  const log = logs.get(stage);
  if (!log) return lacking(firstLog(facts, stage) ?? snapshot.pods);
  const window = formatDuration(snapshot.windowMs);
  const beats = log.pods.flatMap(({ lastBeatAgeMs }) => lastBeatAgeMs ?? []);
  const lastBeatAgeMs = beats.length > 0 ? Math.min(...beats) : null;
  const beat =
    lastBeatAgeMs === null ? null : `last heartbeat ${formatDuration(lastBeatAgeMs)} ago`;
  const count = Math.max(log.events, log.builds.size);
  const numbers = { builds: count, lastBuildAgeMs: log.lastEventAgeMs, lastBeatAgeMs };
  if (log.idle || count === 0) {
    const text = [`no builds in ${window}`, beat].filter((part) => part !== null).join(', ');
    return { state: 'idle', text, numbers };
  }
  const last =
    log.lastEventAgeMs === null ? null : `last ${formatDuration(log.lastEventAgeMs)} ago`;
  const parts = [`${builds(count)} in ${window}`, last, beat].filter((part) => part !== null);
  return { state: 'ok', text: parts.join(', '), numbers };
}

function firstLog({ snapshot }: QueueFacts, stage: Stage): Evidence<unknown> | null {
  return snapshot.logs.find((log) => log.stage === stage && !log.previous)?.log ?? null;
}

function leaderWords({ snapshot }: QueueFacts): Words {
  const { leader } = snapshot.nomad;
  if (leader.status !== 'known') return lacking(leader);
  const text = leader.value === null ? 'no leader' : `leader ${leader.value}`;
  return { state: 'ok', text, numbers: {} };
}

function clientWords({ snapshot }: QueueFacts): Words {
  const { clients } = snapshot.nomad;
  if (clients.status !== 'known') return lacking(clients);
  const { clients: all, takingBuilds, runningBuilds } = sumCapacity(clients.value);
  const text = `${takingBuilds} of ${all} accept builds, ${builds(runningBuilds)} running there`;
  return { state: 'ok', text, numbers: { clients: all, takingBuilds, runningBuilds } };
}

function jobWords({ snapshot }: QueueFacts): Words {
  const { jobs } = snapshot.nomad;
  if (jobs.status !== 'known') return lacking(jobs);
  const count = (status: string): number =>
    jobs.value.filter((job) => job.status === status).length;
  const [pending, running] = [count('pending'), count('running')];
  const state: StepState = pending + running === 0 ? 'idle' : 'ok';
  return { state, text: `${running} running, ${pending} pending`, numbers: { running, pending } };
}

function rabbitWords({ snapshot: { rabbitmq } }: QueueFacts): Words {
  if (rabbitmq.status !== 'known') return lacking(rabbitmq);
  const messages = rabbitmq.value.reduce((sum, queue) => sum + queue.messages, 0);
  const noun = messages === 1 ? 'message' : 'messages';
  const queues = rabbitmq.value.length;
  return {
    state: 'ok',
    text: `${messages} ${noun} in ${queues} queues`,
    numbers: { messages, queues },
  };
}

function portWords({ snapshot: { outputPort }, pipeline }: QueueFacts): Words {
  if (outputPort.status !== 'known') return lacking(outputPort);
  const checked = outputPort.value.filter(({ check }) => check !== 'dns' && check !== 'ssh');
  const ok = checked.filter(({ outcome }) => outcome === 'ok').length;
  const skipped = checked.find(({ outcome }) => outcome === 'skipped');
  const numbers = { reachable: ok, checked: checked.length };
  if (ok === 0 && skipped) return { state: 'not-asked', text: skipped.meaning, numbers };
  if (checked.length === 0)
    return { state: 'unknown', text: 'no client could be reached', numbers };
  // From 4.3 on, clients do not use port 8585: what was checked is the server's web address.
  const place = pipeline === 'distributor' ? 'web address reachable' : 'reachable';
  return { state: 'ok', text: `${place} from ${ok} of ${checked.length} clients checked`, numbers };
}

function serverWords(facts: QueueFacts, evidence: Evidence<unknown>): Words {
  const { server } = facts.snapshot;
  const summary = known(server.summary);
  const listed = known(server.builds);
  if (summary === null && listed === null) return lacking(evidence);
  const running =
    summary?.running?.builds ?? listed?.filter((one) => uiStateOf(one) === 'running').length;
  const waiting = countWaiting(facts);
  const state: StepState = (running ?? 0) + (waiting ?? 0) === 0 ? 'idle' : 'ok';
  return {
    state,
    text: `${running ?? 'unknown'} running, ${waiting ?? 'unknown'} queued in the UI`,
    numbers: { running: running ?? null, queued: waiting },
  };
}
