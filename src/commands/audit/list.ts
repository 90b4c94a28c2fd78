import { join } from 'node:path';
import { listChanges } from '../../lib/audit/read-log.ts';
import { changesView } from '../../lib/audit/view.ts';
import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { durationFlag, Flags } from '../../lib/cli/oclif.ts';
import { AUDIT_FILE } from '../../lib/cli/rails/audit-log.ts';

/** `audit list`: lists the changes made from this machine. */
export class AuditList extends AdminCommand {
  static override summary = 'list the changes made from this machine, newest last';
  static override description =
    'The log is local: it records what this tool did from this machine, not what others did. --installation lists one installation only.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --since 7d',
    '<%= config.bin %> <%= command.id %> --installation prod --json',
  ];
  static override aliases = ['audit ls'];
  static override flags = {
    since: durationFlag({ summary: 'only changes started within this time, such as 24h or 7d' }),
    limit: Flags.integer({
      summary: 'how many of the newest changes (default 50)',
      default: 50,
      min: 1,
      max: 100_000,
    }),
  };

  /** The log is a local file, and its entries may concern profiles that no longer exist. */
  protected override get needsInstallation(): boolean {
    return false;
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditList);
    const { installation } = this.shared.chosen;
    const now = this.runtime.clock.now().getTime();
    const page = await listChanges(join(this.config.dataDir, AUDIT_FILE), {
      limit: flags.limit,
      ...(flags.since === undefined ? {} : { since: new Date(now - flags.since) }),
      ...(installation === undefined ? {} : { installation }),
    });
    await this.output.table(changesView(page), page);
  }
}
