import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { AdminError } from '../../lib/errors.ts';
import { parseProject } from '../../lib/nomad/jobs/build-name.ts';
import { resolveJobs } from '../../lib/nomad/jobs/find-job.ts';
import { describeJobs, type JobSelector, readJobs, readTimes } from '../../lib/nomad/jobs/jobs.ts';
import { jobsDocument, jobsView, mapFrames } from '../../lib/nomad/jobs/jobs-view.ts';

/** `nomad status`: lists all jobs and why they are pending, or shows one job in detail. */
export class NomadStatus extends AdminCommand {
  static override summary = 'show the builds in Nomad, and why a build is pending';
  static override description =
    'With JOB: its allocations, evaluations and failures. JOB is an ID or ID prefix, a build number, org/repo/number, or the URL of a build; its parallel tasks are listed, and `26:1` is one of them. Status dead means ended, whatever the result.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --status pending',
    '<%= config.bin %> <%= command.id %> --repo acme/web --watch',
    '<%= config.bin %> <%= command.id %> acme/web/26',
  ];
  static override aliases = ['nomad job status', 'nomad jobs'];
  static override completes = { job: 'jobs' } as const;
  static override args = {
    job: Args.string({ description: 'ID, build number, org/repo/number or URL' }),
  };
  static override flags = {
    status: Flags.option({
      summary: 'only jobs with this status (may be repeated)',
      options: ['pending', 'running', 'dead'] as const,
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    })(),
    repo: Flags.string({ summary: 'only builds of this project', helpValue: 'ORG/REPO' }),
    watch: Flags.boolean({ char: 'w', summary: 'print the list again whenever it changes' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(NomadStatus);
    const selector: JobSelector = {
      status: flags.status ?? [],
      build: flags.repo === undefined ? null : parseProject(flags.repo),
    };
    if (args.job === undefined) return this.#list(selector, flags.watch);
    if (flags.watch || flags.status || flags.repo !== undefined) {
      throw new AdminError(
        'usage',
        'JOB cannot be used together with --watch, --status or --repo',
        {
          code: 'BAD_FLAGS',
          hint: 'Remove JOB to list jobs.',
        },
      );
    }
    return this.#one(args.job);
  }

  async #list(selector: JobSelector, watch: boolean): Promise<void> {
    const nomad = await this.installation.nomad();
    const { clock } = this.installation;
    const { signal } = this;
    const selected = selector.build !== null || (selector.status ?? []).length > 0;
    if (watch) {
      const { watchJobs } = await import('../../lib/nomad/jobs/watch-jobs.ts');
      return this.output.watch(mapFrames(watchJobs(nomad, selector, { clock, signal }), selected));
    }
    const jobs = await readJobs(nomad, selector, { now: () => clock.now(), signal });
    return this.output.table(jobsView(jobs, selected), jobsDocument(jobs));
  }

  async #one(target: string): Promise<void> {
    const nomad = await this.installation.nomad();
    const { readJob } = await import('../../lib/nomad/jobs/job-report.ts');
    const { jobView } = await import('../../lib/nomad/jobs/job-view.ts');
    const { clock } = this.installation;
    const { signal } = this;
    const now = (): Date => clock.now();
    const [job, ...others] = await resolveJobs(nomad, target, { signal });
    if (others.length > 0) {
      const times = await readTimes(nomad, { signal });
      const tasks = await describeJobs(nomad, [job, ...others], times, { now, signal });
      return this.output.table(jobsView(tasks, true), jobsDocument(tasks));
    }
    const report = await readJob(nomad, job, { now, signal });
    await this.output.detail(jobView(report, clock.now()), report);
  }
}
