import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { type LogChoice, readTargetLogs } from '../../lib/nomad/logs/job-logs.ts';
import { findLogTargets, logSources } from '../../lib/nomad/logs/log-targets.ts';
import { formatLine, headingOf, lineDocument } from '../../lib/nomad/logs/log-view.ts';

/** `nomad logs`: shows the log of a build's agent. */
export class NomadLogs extends AdminCommand {
  static override summary = "show the build agent's log of a build (its standard error)";
  static override description =
    'For a job, all its allocations are shown, newest last; for a build, all its parallel tasks. --follow ends when the build ends, and follows a build that is restarted on another client. --json prints one list, and with --follow one object per line.';
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
    both: Flags.boolean({ summary: 'both, with a mark on each line' }),
    follow: Flags.boolean({ char: 'f', summary: 'keep printing new lines until the build ends' }),
    tail: Flags.integer({ summary: 'only the last LINES lines', min: 0, helpValue: 'LINES' }),
    task: Flags.string({ summary: 'task to read (default build-agent, if there is one)' }),
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
    const values = output.structured ? output.stream(flags.follow) : null;
    const choose: LogChoice = (allocations) => logSources(allocations, flags);
    const print = async (): Promise<void> => {
      for await (const item of readTargetLogs(nomad, targets, choose, options, { clock, signal })) {
        if (item.kind === 'bytes') await output.bytes(item.data);
        else if (item.kind === 'note') output.note(item.text);
        else if (item.kind === 'begin') {
          if (marks.allocation) output.note(headingOf(item.source));
        } else if (values) await values.push([lineDocument(item)]);
        else await output.line(formatLine(item, marks));
      }
    };
    await (flags.follow ? this.untilInterrupted(print) : print());
  }
}
