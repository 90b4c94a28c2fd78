import type { JudgedFinding } from '../diagnosis.ts';
import { DATA_SERVICES, importanceOf, NOMAD_SERVICE, needs } from '../facts/importance.ts';
import { type Finding, findingPage, type Place, type Rule } from '../finding.ts';
import { STAGE_SERVICES, STAGES } from '../stages.ts';

/**
 * Sorts the findings in the order in which to fix them: errors before warnings; within these, root
 * causes before findings that others explain; and then by the first affected step of a build's path.
 */
export function orderFindings(
  findings: readonly Finding[],
  rules: readonly Rule[],
): readonly JudgedFinding[] {
  const ruleOf = new Map(rules.map((rule) => [rule.code, rule]));
  const ruled = findings.flatMap((finding) => {
    const rule = ruleOf.get(finding.code);
    return rule ? [{ finding, rule }] : [];
  });
  const ranked = ruled.toSorted((a, b) => rankOf(a) - rankOf(b));
  const causes = new Map(
    ranked.map((one) => [one, ranked.filter((other) => isCause(other, one))] as const),
  );
  const judged = ranked.map((one) => {
    const root = rootOf(one, causes, ranked);
    const { finding } = one;
    return { ...finding, causedBy: root?.finding.code ?? null, ref: findingPage(finding.code) };
  });
  const group = ({ severity, causedBy }: JudgedFinding): number =>
    (severity === 'error' ? 0 : 2) + (causedBy === null ? 0 : 1);
  return judged.toSorted((a, b) => group(a) - group(b));
}

/** A finding and its rule. */
interface RuledFinding {
  readonly finding: Finding;
  readonly rule: Rule;
}

/** Returns whether one finding explains the other. */
function isCause(cause: RuledFinding, effect: RuledFinding): boolean {
  if (cause === effect || effect.rule.isRoot) return false;
  // A warning blocks nothing, so it does not explain an error.
  if (cause.finding.severity === 'warning' && effect.finding.severity === 'error') return false;
  return byRule(cause, effect) || byService(cause, effect);
}

type Causes = ReadonlyMap<RuledFinding, readonly RuledFinding[]>;

/**
 * Returns the first finding that explains this one, directly or through others, and that has no
 * cause itself.
 */
function rootOf(
  finding: RuledFinding,
  causes: Causes,
  ranked: readonly RuledFinding[],
): RuledFinding | null {
  const above = new Set<RuledFinding>();
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

/** Returns whether a rule declares that its finding explains the other. */
function byRule(cause: RuledFinding, effect: RuledFinding): boolean {
  const [own, other] = [cause.finding, effect.finding];
  if (cause.rule.accountsFor?.(own, other)) return true;
  if (!cause.rule.explains.includes(other.code)) return false;
  return (
    (cause.rule.explainsThis?.(own, other) ?? true) &&
    (effect.rule.isExplainedBy?.(other, own) ?? true)
  );
}

/** Returns whether a failed pod explains the other finding, which depends on its service. */
function byService(cause: RuledFinding, effect: RuledFinding): boolean {
  if (!cause.rule.ofPods) return false;
  const { subject, down = subject === null ? [] : [subject] } = cause.finding;
  return down.some((service) => outageExplains(service, cause, effect));
}

/** Returns whether the outage of a service explains a finding. */
function outageExplains(service: string, cause: RuledFinding, effect: RuledFinding): boolean {
  const isData = DATA_SERVICES.has(service);
  if (effect.rule.ofPods) return isData && needs(effect.finding.subject ?? '', service);
  const { finding, rule } = effect;
  const concerned = rule.services?.(finding, cause.finding) ?? servicesAt(finding.place);
  return concerned.some((one) => one === service || (isData && needs(one, service)));
}

function servicesAt(place: Place): readonly string[] {
  const stage = STAGES.find((one) => one === place);
  if (stage !== undefined) return STAGE_SERVICES[stage];
  return ['nomad', 'clients', 'jobs'].includes(place) ? [NOMAD_SERVICE] : [];
}

/** Returns the position on a build's path: from the infrastructure to the final step. */
function rankOf({ finding, rule }: RuledFinding): number {
  if (rule.rank) return rule.rank(finding);
  return rule.ofPods ? rankOfService(finding.subject) : RANKS[finding.place];
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
