/** A failure injected into a request. */
export type Fault =
  /** Delays the response, in sandbox time. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Closes the connection without a response. */
  | { readonly kind: 'reset' }
  /** Responds with this status without executing the request. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Executes the request, and truncates the response after this many bytes of its body. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Never responds. */
  | { readonly kind: 'hang' };

/** A fault and the requests it applies to. */
export interface FaultRule {
  /** The name of the service; all if undefined. */
  readonly service?: string;
  /** The HTTP method; all if undefined. */
  readonly method?: string;
  /** A regular expression to search for in the path with query. */
  readonly path?: string;
  readonly fault: Fault;
  /** How many requests it applies to; unlimited if undefined. */
  readonly times?: number;
  /** How many matching requests pass before it applies; 0 if undefined. */
  readonly after?: number;
}

interface Live {
  readonly rule: FaultRule;
  readonly pattern: RegExp | undefined;
  seen: number;
  hits: number;
}

/** The faults of a sandbox. The first matching rule that is not used up applies. */
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

  /** Returns the fault for a request and counts it; undefined for a normal response. */
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
