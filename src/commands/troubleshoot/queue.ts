import { MutatingCommand } from '../../lib/cli/bases/mutating-command.ts';
import { limitFlag, sinceFlag, snapshotFlags } from '../../lib/cli/flags/evidence-flags.ts';
import { sshChoice, sshFlags } from '../../lib/cli/flags/ssh-flags.ts';
import { commandFlagsOf } from '../../lib/cli/flags/target-flags.ts';
import { durationFlag, Flags } from '../../lib/cli/oclif.ts';
import { QueueSession } from '../../lib/cli/troubleshoot/queue-session.ts';
import { showDiagnosis } from '../../lib/cli/troubleshoot/show-diagnosis.ts';

const WATCH_EVERY = 15_000;

/** `troubleshoot queue`: diagnoses why builds are queued. */
export class TroubleshootQueue extends MutatingCommand {
  static override summary = 'find out why builds are queued, and how to fix it';
  static override description =
    'Runs all checks of the operations guide at once: pods, logs of the pipeline, Nomad, clients, jobs, RabbitMQ, the server. Exits 9 if it finds something, or cannot tell whether builds get through; the cause is shown first. Read-only unless you give --fix or --trigger; both ask for confirmation.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --trigger acme/web',
    '<%= config.bin %> <%= command.id %> --fix --dry-run',
    '<%= config.bin %> <%= command.id %> --save queue.json',
    '<%= config.bin %> <%= command.id %> --from queue.json --json',
  ];
  static override flags = {
    since: sinceFlag('how far back to read logs (default 30m)', 1_800_000),
    limit: limitFlag,
    trigger: Flags.string({
      summary: 'start a build of this project, and follow it',
      helpValue: 'ORG/REPO',
      exclusive: ['fix', 'from', 'watch'],
    }),
    branch: Flags.string({ summary: 'branch to build (with --trigger)', dependsOn: ['trigger'] }),
    fix: Flags.boolean({
      summary: "apply the operations guide's fix, and check again",
      exclusive: ['from', 'watch'],
    }),
    timeout: durationFlag({
      summary: 'longest wait after --fix or --trigger (default 5m)',
      default: 300_000,
    }),
    ...snapshotFlags,
    watch: Flags.boolean({ char: 'w', summary: 'check again every 15s', exclusive: ['from'] }),
    ...sshFlags,
  };

  /** A saved snapshot (`--from`) is diagnosed without an installation. */
  protected override get needsInstallation(): boolean {
    return !this.argv.some((word) => /^--from(?:=|$)/.test(word));
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(TroubleshootQueue);
    const { output, runtime, masker, signal } = this;
    if (flags.from !== undefined) {
      const { diagnoseSaved } = await import('../../lib/cli/troubleshoot/read-saved.ts');
      const { diagnosis, source } = await diagnoseSaved(flags.from, runtime);
      return this.exitWith(await showDiagnosis(diagnosis, output, runtime, source));
    }
    const session = await QueueSession.open(
      {
        installation: this.installation,
        ...{ output, runtime, masker },
        ssh: sshChoice(flags),
        commandFlags: commandFlagsOf(this.shared.chosen, this.installation.settings),
        save: flags.save,
      },
      { signal, windowMs: flags.since, limitMs: flags.limit },
    );
    if (flags.watch) return output.watch(session.frames(WATCH_EVERY));
    if (flags.trigger !== undefined) {
      const wanted = { project: flags.trigger, branch: flags.branch ?? null };
      return this.change(await session.triggerChange(wanted, flags.timeout), flags);
    }
    const { diagnosis } = await session.inspect();
    if (!flags.fix) return this.exitWith(await showDiagnosis(diagnosis, output, runtime));
    const fix = await session.fixChange(diagnosis, flags.timeout);
    if (fix !== null) return this.change(fix, flags);
    this.exitWith(await session.showNothingToFix(diagnosis));
  }
}
