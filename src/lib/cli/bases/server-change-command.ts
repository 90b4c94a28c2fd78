import type { ChangeSubject } from '../rails/change.ts';
import { MutatingCommand } from './mutating-command.ts';

/** A command that makes changes through the server's API and does not contact the cluster. */
export abstract class ServerChangeCommand extends MutatingCommand {
  /** Named by the profile, or by the server's host if no profile is in use. */
  protected override get changeSubject(): ChangeSubject {
    const { name, settings } = this.installation;
    return { name: settings.profile ?? settings.host ?? name, settings };
  }
}
