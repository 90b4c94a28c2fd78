import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { linePattern } from '../../lib/cli/flags/line-pattern.ts';
import { podChoice, podChoiceFlags } from '../../lib/cli/flags/pod-choice-flags.ts';
import { Args, durationFlag, Flags } from '../../lib/cli/oclif.ts';
import { EXIT_CODES } from '../../lib/errors.ts';
import { readCatalogue } from '../../lib/installation/read-catalogue.ts';
import { logDocument, logText, sourceText } from '../../lib/pods/logs/log-view.ts';
import { podLogs } from '../../lib/pods/logs/pod-logs.ts';

/** `pods logs`: shows the logs of several pods, merged by time. */
export class PodsLogs extends AdminCommand {
  static override summary = 'show the logs of pods or services, merged by time';
  static override description =
    'NAME is a pod, a service or a workload. Each line names its pod, unless NAME is one pod with one log. --follow continues through restarts, lost connections and new pods. --json prints one list, and with --follow one object per line.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> dispatcher schedulerer --follow',
    '<%= config.bin %> <%= command.id %> --service output-processor --tail 10000 --grep ERROR',
    '<%= config.bin %> <%= command.id %> -l layer=application --since 15m --timestamps',
  ];
  static override strict = false;
  static override completes = { name: 'pods' } as const;
  static override args = { name: Args.string({ description: 'pod, service or workload' }) };
  static override flags = {
    ...podChoiceFlags,
    container: Flags.string({ char: 'c', summary: 'only this container', helpGroup: 'select' }),
    follow: Flags.boolean({ char: 'f', summary: 'keep printing new lines' }),
    since: durationFlag({ summary: 'only lines newer than this, such as 15m' }),
    tail: Flags.integer({
      summary: 'last LINES lines of each container (-1: all)',
      min: -1,
      helpValue: 'LINES',
    }),
    previous: Flags.boolean({
      char: 'p',
      summary: 'the log of the container before its last restart',
      exclusive: ['follow'],
    }),
    grep: Flags.string({ summary: 'only lines that match', helpValue: 'REGEXP' }),
    timestamps: Flags.boolean({ summary: 'print the time of each line' }),
    'max-streams': Flags.integer({
      summary: 'most logs to read at once (default 100)',
      default: 100,
      min: 1,
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(PodsLogs);
    const options = {
      follow: flags.follow,
      previous: flags.previous,
      sinceMs: flags.since ?? null,
      // As kubectl does, -1 stands for every line.
      tail: flags.tail === undefined || flags.tail < 0 ? null : flags.tail,
      grep: flags.grep === undefined ? null : linePattern(flags.grep),
      container: flags.container ?? null,
      maxStreams: flags['max-streams'],
    };
    const catalogue = await readCatalogue(this.installation.settings);
    const client = await this.installation.kubernetes();
    const { output, signal } = this;
    const context = { clock: this.installation.clock, signal };
    const choice = podChoice(flags, argv);
    let marks = { pod: true, timestamps: flags.timestamps, color: output.color };
    let failed = false;
    const values = output.structured ? output.stream(flags.follow) : null;
    const print = async (): Promise<void> => {
      for await (const event of podLogs(client, catalogue, choice, options, context)) {
        if (event.kind === 'begun') {
          marks = { ...marks, pod: !event.alone };
        } else if (event.kind === 'note') {
          failed ||= event.failed ?? false;
          const where = event.source === null ? '' : `${sourceText(event.source)}: `;
          output.note(`${where}${event.text}`);
        } else if (values) await values.push(event.lines.map(logDocument));
        else await output.line(event.lines.map((line) => logText(line, marks)).join('\n'));
      }
    };
    await (flags.follow ? this.untilInterrupted(print) : print());
    if (failed) this.exitWith(EXIT_CODES.partial);
  }
}
