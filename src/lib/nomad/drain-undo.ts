import type { ClientName, DrainEvent } from './drain-events.ts';
import type { NodeId } from './model.ts';

/** Keeps account of what a drain has changed, so that it can be undone after Ctrl-C. */
export class DrainUndo {
  readonly #wereEligible = new Map<NodeId, ClientName>();
  readonly #drained = new Map<NodeId, ClientName>();

  /** Takes in an event of the drain. */
  take(event: DrainEvent): void {
    if (event.type === 'ineligible') this.#wereEligible.set(event.node.id, event.node);
    if (event.type === 'drain-set' && !event.joined) this.#drained.set(event.node.id, event.node);
  }

  /**
   * What goes on, and the commands that take it back. Full ids, because a name may fit a dead
   * client too.
   *
   * @param flags shared flags that chose the installation, each with a blank before it
   */
  lines(flags = ''): readonly string[] {
    const command = `circleci-admin nomad drain${flags} --disable`;
    const eligible = [...this.#wereEligible.keys()];
    const others = [...this.#drained.keys()].filter((id) => !this.#wereEligible.has(id));
    if (eligible.length + others.length === 0) return ['Nothing was changed.'];
    const going = [...this.#drained.values()].map((client) => client.name).join(', ');
    const closed = [...this.#wereEligible.values()].filter(({ id }) => !this.#drained.has(id));
    return [
      ...(going === '' ? [] : [`The drains go on without us: ${going}.`]),
      ...(closed.length === 0
        ? []
        : [`Made ineligible, not draining: ${closed.map((client) => client.name).join(', ')}.`]),
      'Run the same command again to go on watching. To undo it:',
      ...(eligible.length === 0 ? [] : [`  ${command} ${eligible.join(' ')}`]),
      ...(others.length === 0 ? [] : [`  ${command} --keep-ineligible ${others.join(' ')}`]),
    ];
  }
}
