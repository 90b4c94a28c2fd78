import type { JudgedFinding } from '../diagnosis.ts';
import {
  DATA_SERVICES,
  importanceOf,
  NOMAD_SERVICE,
  needs,
  STAGE_SERVICES,
} from '../facts/importance.ts';
import { consumerOf } from '../facts/queue-consumer.ts';
import { type Finding, findingPage, type Place, type Rule } from '../finding.ts';
import { STAGES, type Stage } from '../stages.ts';

/**
 * Puts findings into the order in which they are to be mended: errors before warnings, what is
 * explained by another behind it, and among the others the first broken step of the way first.
 */
export function orderFindings(
  findings: readonly Finding[],
  rules: readonly Rule[],
): readonly JudgedFinding[] {
  const explains = new Map(rules.map((rule) => [rule.code, new Set(rule.explains)]));
  const direct = (cause: Finding, effect: Finding): boolean =>
    cause !== effect &&
    (cause.severity === 'error' || effect.severity === 'warning') &&
    (byRule(cause, effect, explains) || byService(cause, effect) || byAccess(cause, effect));
  const ranked = findings.toSorted((a, b) => rankOf(a) - rankOf(b));
  const causes = new Map(
    ranked.map((one) => [one, ranked.filter((other) => direct(other, one))] as const),
  );
  const judged = ranked.map((finding) => {
    const root = rootOf(finding, causes, ranked);
    return { ...finding, causedBy: root?.code ?? null, ref: findingPage(finding.code) };
  });
  const group = ({ severity, causedBy }: JudgedFinding): number =>
    (severity === 'error' ? 0 : 2) + (causedBy === null ? 0 : 1);
  return judged.toSorted((a, b) => group(a) - group(b));
}

type Causes = ReadonlyMap<Finding, readonly Finding[]>;

/** The first of those that explain it, directly or by way of others, and that nothing explains. */
function rootOf(finding: Finding, causes: Causes, ranked: readonly Finding[]): Finding | null {
  const above = new Set<Finding>();
  const open = [finding];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const cause of causes.get(one) ?? []) {
      if (above.has(cause)) continue;
      above.add(cause);
      open.push(cause);
    }
  }
  const roots = ranked.filter((one) => above.has(one) && causes.get(one)?.length === 0);
  return roots.find((one) => one !== finding) ?? null;
}

function byRule(
  cause: Finding,
  effect: Finding,
  explains: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  if (!explains.get(cause.code)?.has(effect.code)) return false;
  if (effect.code === 'CQ0105') return effect.subject === NOMAD_SERVICE;
  // A queue is of the stage that takes from it, and of no other.
  if (effect.code === 'CQ0801') return isOfStage(consumerOf(effect.subject ?? ''), cause.place);
  if (cause.code === 'CQ0801') return isOfStage(consumerOf(cause.subject ?? ''), effect.place);
  return true;
}

function isOfStage(stage: Stage | null, place: Finding['place']): boolean {
  return stage === null || stage === place;
}

/** A pod that is down, and what does not work without it. */
function byService(cause: Finding, effect: Finding): boolean {
  if (!isPodFinding(cause) || cause.subject === null) return false;
  const service = cause.subject;
  const isData = DATA_SERVICES.has(service);
  // That it answers, and names no leader, is why it is not ready.
  if (cause.code === 'CQ0105' && effect.code === 'CQ0501') return false;
  if (isPodFinding(effect)) return isData && needs(effect.subject ?? '', service);
  const concerned = servicesOf(effect);
  return concerned.some((one) => one === service || (isData && needs(one, service)));
}

function isPodFinding({ code }: Finding): boolean {
  return code.startsWith('CQ01');
}

/** The services without which a finding is no surprise. */
function servicesOf({ code, place, subject }: Finding): readonly string[] {
  if (code === 'CQ0901') return SERVICES_ASKED[subject ?? ''] ?? [];
  const stage = STAGES.find((one) => one === place);
  if (code === 'CQ0202')
    return [...STAGE_SERVICES['legacy-dispatcher'], ...STAGE_SERVICES.dispatcher];
  if (code === 'CQ0303') return [...STAGE_SERVICES.dispatcher, ...STAGE_SERVICES.schedulerer];
  if (code === 'CQ0403') return [...STAGE_SERVICES.schedulerer, NOMAD_SERVICE];
  if (code === 'CQ0801') {
    const consumer = consumerOf(subject ?? '');
    return ['circleci-rabbitmq', ...(consumer === null ? [] : STAGE_SERVICES[consumer])];
  }
  if (stage !== undefined) return STAGE_SERVICES[stage];
  return ['nomad', 'clients', 'jobs'].includes(place) ? [NOMAD_SERVICE] : [];
}

const SERVICES_ASKED: Readonly<Record<string, readonly string[]>> = {
  nomad: [NOMAD_SERVICE],
  rabbitmq: ['circleci-rabbitmq'],
  server: ['frontend'],
};

/** Who cannot be reached, and what is reached through it or rests on it. */
function byAccess(cause: Finding, effect: Finding): boolean {
  if (cause.code !== 'CQ0901' || cause.severity !== 'error') return false;
  if (effect.code === 'CQ0901') return cause.subject === 'kubernetes';
  return cause.subject === 'nomad' && ['CQ0401', 'CQ0403'].includes(effect.code);
}

/** The way of a build, from what all rests on to what it ends with. */
function rankOf(finding: Finding): number {
  const { code, place, severity, subject } = finding;
  if (code === 'CQ0901') {
    if (severity === 'warning') return 110;
    return subject === 'kubernetes' ? 0 : 1;
  }
  if (isPodFinding(finding)) return rankOfService(subject);
  return RANKS[place];
}

const RANKS: Readonly<Record<Place, number>> = {
  kubernetes: 9,
  rabbitmq: 20,
  nomad: 31,
  'legacy-dispatcher': 41,
  dispatcher: 51,
  schedulerer: 61,
  clients: 70,
  jobs: 80,
  'output-processor': 91,
  server: 105,
};

function rankOfService(service: string | null): number {
  if (service === null) return 9;
  if (DATA_SERVICES.has(service)) return 10;
  if (service === NOMAD_SERVICE) return 30;
  const stage = STAGES.find((one) => STAGE_SERVICES[one].includes(service));
  if (stage !== undefined) return RANKS[stage] - 1;
  return importanceOf({ service, stage: null }) === 'needed' ? 35 : 100;
}
