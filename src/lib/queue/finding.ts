import type { QueueFacts } from './facts/facts.ts';
import type { EvidenceLine } from './logs/log-facts.ts';
import type { Stage } from './stages.ts';

/** Where in the decision tree a finding belongs. */
export type Place = Stage | 'kubernetes' | 'rabbitmq' | 'nomad' | 'clients' | 'jobs' | 'server';

/**
 * `error`: builds wait or are lost because of it. `warning`: it may become an error, or it hides
 * one.
 */
export type FindingSeverity = 'error' | 'warning';

/** A piece of evidence for a finding. */
export type Proof =
  /** A line from a log. */
  | ({ readonly kind: 'line' } & EvidenceLine)
  /** A number or a state, in words. */
  | { readonly kind: 'fact'; readonly text: string };

/** How to resolve a finding. */
export interface Remedy {
  /** One or two sentences. */
  readonly text: string;
  /** Command lines that can be run unchanged, the first one first; may be empty. */
  readonly commands: readonly string[];
}

/** The operations guide's remedy, which `--fix` applies. */
export interface Fix {
  readonly kind: 'delete-pods';
  /** The names of services in the catalogue. */
  readonly services: readonly string[];
}

/** The finding of a rule. */
export interface Finding {
  /** Stable: `CQ` and four digits, of which the first two identify the place. */
  readonly code: string;
  readonly severity: FindingSeverity;
  readonly place: Place;
  /** The affected service, client or job; null if there is none. */
  readonly subject: string | null;
  /** The services that are down, if they are more than the subject; names in the catalogue. */
  readonly down?: readonly string[];
  /** What is broken, in one line without a full stop. */
  readonly title: string;
  readonly evidence: readonly Proof[];
  readonly remedy: Remedy;
  readonly fix: Fix | null;
  /** The names of the builds that wait because of it, as `org/repo/number` if known. */
  readonly builds: readonly string[];
}

/** A rule, which derives findings from facts. Pure. */
export interface Rule {
  readonly code: string;
  /** The problem that the rule finds, for the list of rules and its page. */
  readonly name: string;
  /**
   * The codes of findings that this one explains if both occur. They are listed after it and refer
   * to it. Applied transitively.
   */
  readonly explains: readonly string[];
  /**
   * Set if its findings are about pods of a service, given as `subject`. They explain findings
   * about services that need it.
   */
  readonly ofPods?: true;
  /** Set if nothing explains its findings. */
  readonly isRoot?: true;
  /** The step of the tree that it breaks, if different from its place. */
  readonly step?: 'output port';
  /** @param found what the rules before it have found */
  judge(facts: QueueFacts, found: readonly Finding[]): readonly Finding[];
  /** Returns whether a finding listed in `explains` is explained; by default, all are. */
  explainsThis?(own: Finding, effect: Finding): boolean;
  /**
   * Returns whether a rule that lists this one in `explains` may be its cause; all may by default.
   */
  isExplainedBy?(own: Finding, cause: Finding): boolean;
  /** Returns whether it also explains a finding that is not listed in `explains`. */
  accountsFor?(own: Finding, effect: Finding): boolean;
  /** Returns the services whose outage explains a finding; by default those of its place. */
  services?(own: Finding, cause: Finding): readonly string[];
  /** Returns the position of a finding on a build's path; by default that of its place. */
  rank?(own: Finding): number;
}

/** The code of the finding that there is no verdict: it explains nothing. */
export const UNDECIDED = 'CQ0902';

/** Returns the path of a finding's page. */
export function findingPage(code: string): string {
  return `docs/findings/${code}.md`;
}

/** Returns a number or a state as evidence. */
export function fact(text: string): Proof {
  return { kind: 'fact', text };
}

/** Returns log lines as evidence. */
export function lines(all: readonly EvidenceLine[]): readonly Proof[] {
  return all.map((line) => ({ kind: 'line', ...line }));
}
