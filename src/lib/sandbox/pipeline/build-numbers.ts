import type { NomadState } from '../nomad/state.ts';
import { buildOfJob } from './build.ts';

/**
 * The last build number of a project without jobs in Nomad. It is higher than the numbers in the
 * server's history.
 */
const UNKNOWN = 400;

/** Numbers the builds of each project, starting after the last one in Nomad. */
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
