import type { NomadState } from '../nomad/state.ts';
import { buildOfJob } from './build.ts';

/** Builds of a project that Nomad has forgotten: more than the server's history holds. */
const UNKNOWN = 400;

/** Counts the builds of each project up, from the last one that Nomad knows. */
export class BuildNumbers {
  readonly #state: NomadState;
  #last: Map<string, number> | undefined;

  constructor(state: NomadState) {
    this.#state = state;
  }

  next(org: string, repo: string): number {
    this.#last ??= this.#known();
    const slug = `${org}/${repo}`;
    const number = (this.#last.get(slug) ?? UNKNOWN) + 1;
    this.#last.set(slug, number);
    return number;
  }

  #known(): Map<string, number> {
    const last = new Map<string, number>();
    for (const job of this.#state.jobs.all()) {
      const build = buildOfJob(job);
      if (!build) continue;
      const slug = `${build.org}/${build.repo}`;
      last.set(slug, Math.max(last.get(slug) ?? 0, build.number));
    }
    return last;
  }
}
