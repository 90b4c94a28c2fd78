import { AdminCommand } from '../../lib/cli/admin-command.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { type LogChoice, readTargetLogs } from '../../lib/nomad/logs/job-logs.ts';
import { findLogTargets, logSources } from '../../lib/nomad/logs/log-targets.ts';
import { formatLine, headingOf, lineDocument } from '../../lib/nomad/logs/log-view.ts';

/** `nomad logs`: what a build's agent wrote. */
export class NomadLogs extends AdminCommand {
  static override summary = "show a build's log: standard error, where the build agent writes";
  static override description =
    'Of a job all allocations are shown, the newest last; of a build all its parallel tasks. Following ends with the build: one that starts again on another client is followed there. --json prints one object per line.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> acme/web/26 --follow',
    '<%= config.bin %> <%= command.id %> 0e449bfc --tail 100',
    '<%= config.bin %> <%= command.id %> 26 --both',
  ];
  static override aliases = ['nomad alloc logs'];
  static override completes = { target: 'jobs' } as const;
  static override args = {
    target: Args.string({
      description: 'allocation, job, build number, org/repo/number or URL',
      required: true,
    }),
  };
  static override flags = {
    stdout: Flags.boolean({ summary: 'standard output', exclusive: ['both', 'stderr'] }),
    stderr: Flags.boolean({ summary: 'standard error (the default)', exclusive: ['both'] }),
    both: Flags.boolean({ summary: 'both, each line marked' }),
    follow: Flags.boolean({ char: 'f', summary: 'go on until the build has ended' }),
    tail: Flags.integer({ summary: 'only so many of the last lines', min: 0, helpValue: 'LINES' }),
    task: Flags.string({ summary: 'task to read; build-agent where there is one' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(NomadLogs);
    const nomad = await this.installation.nomad();
    const { output, signal } = this;
    const { clock } = this.installation;
    const targets = await findLogTargets(nomad, args.target, { signal, follow: flags.follow });
    const several = targets.allocations.length > 1 || targets.jobs.length > 1;
    const marks = { allocation: several, stream: flags.both, color: output.color };
    const options = {
      follow: flags.follow,
      tail: flags.tail ?? null,
      lines: output.structured || marks.allocation || marks.stream,
    };
    const choose: LogChoice = (allocations) => logSources(allocations, flags);
    for await (const item of readTargetLogs(nomad, targets, choose, options, { clock, signal })) {
      if (item.kind === 'bytes') await output.bytes(item.data);
      else if (item.kind === 'note') output.note(item.text);
      else if (item.kind === 'begin') {
        if (marks.allocation) output.note(headingOf(item.source));
      } else if (output.structured) await output.json(lineDocument(item));
      else await output.line(formatLine(item, marks));
    }
  }
}
