import type { QueueFacts } from './facts/facts.ts';
import type { EvidenceLine } from './logs/log-facts.ts';
import type { Stage } from './stages.ts';

/** Where in the tree a finding is. */
export type Place = Stage | 'kubernetes' | 'rabbitmq' | 'nomad' | 'clients' | 'jobs' | 'server';

/** `error`: builds wait or are lost because of it. `warning`: it may become so, or hides something. */
export type FindingSeverity = 'error' | 'warning';

/** Something that the finding rests on. */
export type Proof =
  /** The very line of a log. */
  | ({ readonly kind: 'line' } & EvidenceLine)
  /** A number or a state, in words. */
  | { readonly kind: 'fact'; readonly text: string };

/** What gets it going again. */
export interface Remedy {
  /** A sentence or two. */
  readonly text: string;
  /** Command lines that can be run as they stand, the first one first; may be none. */
  readonly commands: readonly string[];
}

/** What `--fix` does about it: the operations guide's remedy. */
export interface Fix {
  readonly kind: 'delete-pods';
  /** Names of services in the catalogue. */
  readonly services: readonly string[];
}

/** What a rule has found. */
export interface Finding {
  /** Stable: `CQ` and four digits; the first two digits tell the place. */
  readonly code: string;
  readonly severity: FindingSeverity;
  readonly place: Place;
  /** The service, client or job that is meant, where it is one. */
  readonly subject: string | null;
  /** One line without a full stop: what is broken. */
  readonly title: string;
  readonly evidence: readonly Proof[];
  readonly remedy: Remedy;
  readonly fix: Fix | null;
  /** Names of builds that wait because of it, `org/repo/number` where known. */
  readonly builds: readonly string[];
}

/** A rule: from facts to findings. Pure. */
export interface Rule {
  readonly code: string;
  /** What is wrong when it finds something, for the list of rules and its page. */
  readonly name: string;
  /**
   * Codes of findings that are explained by this one where both are there: they come after it and
   * say so. Listed by the cause, transitively followed.
   */
  readonly explains: readonly string[];
  /** Its findings are of the pods of a service, their `subject`: what needs the service comes from them. */
  readonly ofPods?: true;
  /** The step of the tree that it breaks, where that is another than its place. */
  readonly step?: 'output port';
  judge(facts: QueueFacts): readonly Finding[];
  /** Which of the findings that `explains` names it does explain; all where this is left out. */
  explainsThis?(own: Finding, effect: Finding): boolean;
  /** Of which of the rules that name it in `explains` it may come; of all where this is left out. */
  isExplainedBy?(own: Finding, cause: Finding): boolean;
  /** What it explains beside that. */
  accountsFor?(own: Finding, effect: Finding): boolean;
  /** Services without which a finding is no surprise; those of its place where this is left out. */
  services?(own: Finding, cause: Finding): readonly string[];
  /** Where on a build's way it stands; at its place where this is left out. */
  rank?(own: Finding): number;
}

/** The page of a finding. */
export function findingPage(code: string): string {
  return `docs/findings/${code}.md`;
}

/** A number or a state, as evidence. */
export function fact(text: string): Proof {
  return { kind: 'fact', text };
}

/** Lines, as evidence. */
export function lines(all: readonly EvidenceLine[]): readonly Proof[] {
  return all.map((line) => ({ kind: 'line', ...line }));
}
