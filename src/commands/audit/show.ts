import { join } from 'node:path';
import { findChange } from '../../lib/audit/read-log.ts';
import { changeView } from '../../lib/audit/view.ts';
import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { AUDIT_FILE } from '../../lib/cli/rails/audit-log.ts';

/** `audit show`: shows one change with its plan and its result. */
export class AuditShow extends AdminCommand {
  static override summary = 'show one change: its plan and its result';
  static override examples = ['<%= config.bin %> <%= command.id %> 6b1f0c3e'];
  static override completes = { id: 'changes' } as const;
  static override args = {
    id: Args.string({
      description: 'ID of the change, or the first characters of it',
      required: true,
    }),
  };

  /** The log is a local file, and its entries may concern profiles that no longer exist. */
  protected override get needsInstallation(): boolean {
    return false;
  }

  async run(): Promise<void> {
    const { args } = await this.parse(AuditShow);
    const change = await findChange(join(this.config.dataDir, AUDIT_FILE), args.id);
    await this.output.detail(changeView(change), change);
  }
}
