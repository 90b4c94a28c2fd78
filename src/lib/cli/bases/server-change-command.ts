import type { ChangeSubject } from '../rails/change.ts';
import { MutatingCommand } from './mutating-command.ts';

/** A command that changes something by the server's own API: no cluster is spoken to. */
export abstract class ServerChangeCommand extends MutatingCommand {
  /** By the profile's name, or by the server's host where no profile is in use. */
  protected override get changeSubject(): ChangeSubject {
    const { name, settings } = this.installation;
    return { name: settings.profile ?? settings.host ?? name, settings };
  }
}
