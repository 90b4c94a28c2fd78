import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { AdminError, EXIT_CODES } from '../../lib/errors.ts';
import { seatFindings, seats } from '../../lib/users/seats.ts';
import { seatsView } from '../../lib/users/view.ts';

/** `users seats`: shows the seats of the licence and its expiry. */
export class UsersSeats extends AdminCommand {
  static override summary = 'show the seats of the licence, and how many are taken';
  static override description =
    'Only active accounts take a seat. With --check it exits 9 if that percentage of the seats is taken, or the licence has expired.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check 90 --json',
  ];
  static override flags = {
    check: Flags.integer({
      summary: 'exit 9 if this percentage of the seats is taken',
      helpValue: 'PERCENT',
      min: 1,
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(UsersSeats);
    const api = await this.installation.admin();
    const found = seats(await api.licensing(this.signal), this.installation.clock.now());
    await this.output.detail(seatsView(found), found);
    if (flags.check === undefined) {
      for (const warning of found.warnings) this.output.warn(warning);
      return;
    }
    if (found.usedPercent === null) {
      throw new AdminError('service', 'The server does not report how many seats are taken', {
        code: 'SEATS_UNKNOWN',
        hint: 'See what it reports: circleci-admin users seats --json',
      });
    }
    const findings = seatFindings(found, flags.check);
    for (const finding of findings) this.output.warn(finding);
    this.exitWith(findings.length > 0 ? EXIT_CODES.findings : 0);
  }
}
