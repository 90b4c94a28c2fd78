import { join } from 'node:path';
import { AdminCommand } from '../lib/cli/bases/admin-command.ts';
import { showsUnicode } from '../lib/cli/flags/shared-values.ts';
import { durationFlag, Flags } from '../lib/cli/oclif.ts';
import { AUDIT_FILE } from '../lib/cli/rails/audit-log.ts';
import { CHECKS } from '../lib/doctor/checks/index.ts';
import { type ExamineEvent, examine } from '../lib/doctor/examine.ts';
import { type OpenContext, openContext } from '../lib/doctor/open-context.ts';
import {
  type DoctorReport,
  doctorDocument,
  doctorReport,
  SEVERITIES,
} from '../lib/doctor/report.ts';
import { selectChecks, splitValues } from '../lib/doctor/select-checks.ts';
import { checksDocument, checksTable, doctorLines, doctorTable } from '../lib/doctor/view.ts';
import { EXIT_CODES } from '../lib/errors.ts';
import { formatDuration } from '../lib/units.ts';

/** `doctor`: checks every connection and permission that the tool needs. */
export class Doctor extends AdminCommand {
  static override summary = 'check all connections to the installation, and your permissions';
  static override description =
    'Checks only read. What the profile does not set up is shown as not configured. A fault is reported by one check; checks that depend on it are skipped. Exits 9 if a check fails.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --only kubernetes,CA0301 --json',
    '<%= config.bin %> <%= command.id %> --wait 10m --min-severity failed',
    '<%= config.bin %> <%= command.id %> --list',
  ];
  static override flags = {
    only: Flags.string({
      summary: 'codes or categories to run',
      multiple: true,
      helpValue: 'CHECKS',
    }),
    skip: Flags.string({
      summary: 'codes or categories to skip',
      multiple: true,
      helpValue: 'CHECKS',
    }),
    list: Flags.boolean({ summary: 'list the checks without running them' }),
    wait: durationFlag({ summary: 'retry until no check fails, for at most this long' }),
    'min-severity': Flags.option({
      summary: 'show only results of this severity or worse',
      options: SEVERITIES,
    })({
      default: 'ok',
    }),
    limit: durationFlag({ summary: 'time limit for one check (default 15s)', default: 15_000 }),
    timeout: durationFlag({
      summary: 'time limit for all checks of a round (default 1m)',
      default: 60_000,
    }),
  };

  /** A missing installation or an invalid config file is reported by a check. */
  protected override get needsInstallation(): boolean {
    return false;
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const { clock } = this.runtime;
    const chosen = selectChecks(
      CHECKS,
      splitValues(flags.only ?? []),
      splitValues(flags.skip ?? []),
    );
    if (flags.list) {
      await this.output.table(checksTable(chosen), checksDocument(chosen));
      return;
    }
    const { limit, timeout, wait = 0 } = flags;
    const options = { clock, signal: this.signal, limit, timeout, wait };
    for await (const event of examine(chosen, () => this.#open(), options)) {
      this.#progress(event);
      if (event.kind !== 'end') continue;
      const report = doctorReport(event.installation, event.results, flags['min-severity']);
      await this.#show(report);
      if (report.summary.failed > 0) this.exitWith(EXIT_CODES.findings);
    }
  }

  #open(): OpenContext {
    return openContext({
      installation: this.installationOptions,
      nodeVersion: process.versions.node,
      auditPath: join(this.config.dataDir, AUDIT_FILE),
    });
  }

  #progress(event: ExamineEvent): void {
    const { output, runtime } = this;
    if (event.kind === 'result' && runtime.stderr.isTTY) {
      output.progress(`Checked ${event.done} of ${event.of}`);
    }
    if (event.kind === 'again') {
      const again = formatDuration(event.afterMs);
      output.note(`${event.failed.join(', ')} failed: retrying in ${again}`);
    }
  }

  async #show(report: DoctorReport): Promise<void> {
    const { output, runtime } = this;
    if (output.format !== 'table') {
      await output.table(doctorTable(report.checks), doctorDocument(report));
      return;
    }
    const { paint } = await import('../lib/terminal/style.ts');
    const style = {
      unicode: showsUnicode(runtime.env),
      paint: (text: string, tone: Parameters<typeof paint>[1]) => paint(text, tone, output.color),
    };
    const lines = doctorLines(report, style);
    await output.line(this.masker.mask(lines.join('\n')));
  }
}
