import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { limitFlag, sinceFlag } from '../../lib/cli/flags/evidence-flags.ts';
import { commandFlagsOf } from '../../lib/cli/flags/target-flags.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { showWaiting } from '../../lib/cli/troubleshoot/show-diagnosis.ts';
import { EXIT_CODES } from '../../lib/errors.ts';
import { readCatalogue } from '../../lib/installation/read-catalogue.ts';
import { parseBuildTarget } from '../../lib/queue/build/build-target.ts';
import type { BuildReport } from '../../lib/queue/build/follow-build.ts';
import { reportWithTargetFlags } from '../../lib/queue/build/report-target-flags.ts';
import { buildDocument, buildView, stepsTable } from '../../lib/queue/build/view.ts';
import { follow, type GatherPart } from '../../lib/queue/gather/events.ts';

/** `troubleshoot build`: follows one build through the pipeline. */
export class TroubleshootBuild extends AdminCommand {
  static override summary = 'follow one build through the pipeline, and say where it is stuck';
  static override description =
    'BUILD is a URL, org/repo/number, the ID of a build, or of its job or allocation in Nomad, or the first 8 digits of one; add `:1` to a number for one of its parallel tasks. Shows each step found in the UI, the logs and Nomad, and the time since the step before; ~ marks times from clocks that may differ. Exits 9 if the build is stuck, and shows the cause, or if its state is unknown.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> acme/web/26',
    '<%= config.bin %> <%= command.id %> https://circleci.example.com/gh/acme/web/26 --json',
    '<%= config.bin %> <%= command.id %> 6007ca6352718c10b1227a57 --since 24h',
  ];
  static override completes = { build: 'jobs' } as const;
  static override args = {
    build: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'URL, org/repo/number, or ID',
    }),
  };
  static override flags = {
    since: sinceFlag('how far back to search (default 6h)', 21_600_000),
    limit: limitFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TroubleshootBuild);
    const target = parseBuildTarget(args.build);
    const { installation, masker, output, runtime, signal } = this;
    const catalogue = await readCatalogue(installation.settings);
    const { openSources } = await import('../../lib/queue/gather/open-sources.ts');
    const { followBuild } = await import('../../lib/queue/build/follow-build.ts');
    const sources = openSources({ installation, catalogue, masker });
    const options = { signal, sinceMs: flags.since, limitMs: flags.limit };
    const waiting = new Set<GatherPart>();
    for await (const event of followBuild(target, sources, options)) {
      if (event.kind === 'report') {
        const commandFlags = commandFlagsOf(this.shared.chosen, installation.settings);
        await this.#show(reportWithTargetFlags(event.report, commandFlags), commandFlags.admin);
        continue;
      }
      follow(event, waiting);
      showWaiting(waiting, output, runtime);
    }
  }

  async #show(report: BuildReport, targetFlags: string): Promise<void> {
    const { format } = this.output;
    const document = buildDocument(report);
    if (format === 'table' || format === 'wide' || format === 'json' || format === 'yaml') {
      await this.output.detail(buildView(report, targetFlags), document);
    } else await this.output.table(stepsTable(report), document);
    // That it is not known where a build is must not look like success.
    const { stoppedAt, state } = report;
    if (stoppedAt !== null || state === 'unknown') this.exitWith(EXIT_CODES.findings);
  }
}
