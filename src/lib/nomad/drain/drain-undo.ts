import type { NodeId } from '../model.ts';
import type { ClientName, DrainEvent } from './drain-events.ts';

/** Records what a drain has changed, so that it can be undone after Ctrl-C. */
export class DrainUndo {
  readonly #wereEligible = new Map<NodeId, ClientName>();
  readonly #drained = new Map<NodeId, ClientName>();
  readonly #complete = new Set<NodeId>();

  /** Records an event of the drain. */
  take(event: DrainEvent): void {
    if (event.type === 'ineligible') this.#wereEligible.set(event.node.id, event.node);
    if (event.type === 'drain-complete') this.#complete.add(event.node.id);
    if (event.type === 'drain-set' && !event.joined) this.#drained.set(event.node.id, event.node);
  }

  /**
   * Returns lines that say what continues, and the commands that undo it. The commands contain full
   * IDs, because a name may match a dead client too.
   *
   * @param flags the flags that selected the installation, each with a leading space
   * @param hosts the host names of clients that are reached by SSH, used instead of their IDs
   */
  lines(flags = '', hosts: ReadonlyMap<NodeId, string> = new Map()): readonly string[] {
    const command = `circleci-admin nomad drain${flags} --disable`;
    const eligible = [...this.#wereEligible.keys()];
    const others = [...this.#drained.keys()].filter((id) => !this.#wereEligible.has(id));
    if (eligible.length + others.length === 0) return ['Nothing was changed.'];
    const namesOf = (ids: readonly NodeId[]): string =>
      ids.map((id) => hosts.get(id) ?? id).join(' ');
    const drained = [...this.#drained.values()];
    const closed = [...this.#wereEligible.values()].filter(({ id }) => !this.#drained.has(id));
    return [
      ...named(
        'The drains continue',
        drained.filter(({ id }) => !this.#complete.has(id)),
      ),
      ...named(
        'Drained',
        drained.filter(({ id }) => this.#complete.has(id)),
      ),
      ...named('Made ineligible, not draining', closed),
      'To keep watching, run the same command again. To undo it:',
      ...(eligible.length === 0 ? [] : [`  ${command} ${namesOf(eligible)}`]),
      ...(others.length === 0 ? [] : [`  ${command} --keep-ineligible ${namesOf(others)}`]),
    ];
  }
}

function named(what: string, clients: readonly ClientName[]): readonly string[] {
  if (clients.length === 0) return [];
  return [`${what}: ${clients.map((client) => client.name).join(', ')}.`];
}
