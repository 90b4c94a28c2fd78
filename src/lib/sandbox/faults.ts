/** What goes wrong with a request. */
export type Fault =
  /** Holds the request for a while of the sandbox's time before it is answered. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Closes the connection without an answer. */
  | { readonly kind: 'reset' }
  /** Answers with this status, and does nothing. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Does what was asked, and cuts the answer after so many bytes of its body. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Never answers. */
  | { readonly kind: 'hang' };

/** A fault and the requests that it hits. */
export interface FaultRule {
  /** The service's name; every one where it is left out. */
  readonly service?: string;
  /** The HTTP method; every one where it is left out. */
  readonly method?: string;
  /** A regular expression, searched for in path and query. */
  readonly path?: string;
  readonly fault: Fault;
  /** How many requests it hits before it is spent; without end where it is left out. */
  readonly times?: number;
  /** How many matching requests pass before it starts to hit; 0 where it is left out. */
  readonly after?: number;
}

interface Live {
  readonly rule: FaultRule;
  readonly pattern: RegExp | undefined;
  seen: number;
  hits: number;
}

/** The faults of one sandbox. The first rule that matches a request and is not spent decides. */
export class FaultPlan {
  #rules: Live[] = [];

  constructor(rules: readonly FaultRule[] = []) {
    for (const rule of rules) this.add(rule);
  }

  add(rule: FaultRule): void {
    const pattern = rule.path === undefined ? undefined : new RegExp(rule.path);
    this.#rules.push({ rule, pattern, seen: 0, hits: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The fault that hits this request, counted; undefined when it is answered as usual. */
  next(service: string, method: string, path: string): Fault | undefined {
    for (const live of this.#rules) {
      const { rule } = live;
      if (rule.service !== undefined && rule.service !== service) continue;
      if (rule.method !== undefined && rule.method !== method) continue;
      if (live.pattern && !live.pattern.test(path)) continue;
      if (rule.times !== undefined && live.hits >= rule.times) continue;
      live.seen += 1;
      if (live.seen <= (rule.after ?? 0)) continue;
      live.hits += 1;
      return rule.fault;
    }
    return undefined;
  }
}
