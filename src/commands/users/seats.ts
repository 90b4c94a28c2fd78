import { AdminCommand } from '../../lib/cli/admin-command.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { AdminError, EXIT_CODES } from '../../lib/errors.ts';
import { seatFindings, seats } from '../../lib/users/seats.ts';
import { seatsView } from '../../lib/users/view.ts';

/** `users seats`: the licence's seats, and when it runs out. */
export class UsersSeats extends AdminCommand {
  static override summary = 'show how many seats the licence has, and how many are taken';
  static override description =
    'Only active accounts take a seat. With --check it ends with 9 where that share is reached, or the licence has run out.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check 90 --json',
  ];
  static override flags = {
    check: Flags.integer({
      summary: 'end with 9 from this share of the seats on',
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
      throw new AdminError('service', 'the server does not tell how many seats are taken', {
        code: 'SEATS_UNKNOWN',
        hint: 'Look at what it says: circleci-admin users seats --json',
      });
    }
    const findings = seatFindings(found, flags.check);
    for (const finding of findings) this.output.warn(finding);
    this.exitWith(findings.length > 0 ? EXIT_CODES.findings : 0);
  }
}
