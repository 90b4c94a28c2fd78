import type { SandboxContext } from '../service.ts';
import { Agenda } from './agenda.ts';
import { Clients } from './clients.ts';
import { Drainer } from './drainer.ts';
import { Fleet } from './fleet.ts';
import { ListCache } from './list-cache.ts';
import { LogStore } from './logs/log-store.ts';
import type { Rotation } from './logs/rotating-log.ts';
import { Scheduler } from './scheduler.ts';
import { NomadState } from './state.ts';
import { type Dialect, dialectOf } from './version.ts';

/** The simulated cluster: its state and the components that change it. */
export interface NomadCore {
  readonly context: SandboxContext;
  readonly dialect: Dialect;
  readonly state: NomadState;
  readonly agenda: Agenda;
  readonly scheduler: Scheduler;
  readonly clients: Clients;
  readonly fleet: Fleet;
  readonly drainer: Drainer;
  readonly logs: LogStore;
  readonly lists: ListCache;
  /** The token required in requests; null if access control is off. */
  readonly token: string | null;
  /** Whether the servers have a leader. */
  leader: boolean;
}

/** Creates a cluster without nodes and jobs. */
export function createCore(
  context: SandboxContext,
  options: {
    readonly version: string;
    readonly leader: boolean;
    readonly token: string | null;
    readonly rotation: Rotation;
    readonly chatter: boolean;
  },
): NomadCore {
  const { random, clock } = context;
  const dialect = dialectOf(options.version);
  const state = new NomadState(context);
  const agenda = new Agenda(clock);
  const clients = new Clients(state, agenda);
  const scheduler = new Scheduler(state, random, dialect, agenda);
  const fleet = new Fleet({ state, scheduler, clients, agenda, random });
  const drainer = new Drainer({ state, scheduler, fleet, agenda, random, dialect });
  return {
    context,
    dialect,
    state,
    agenda,
    scheduler,
    clients,
    fleet,
    drainer,
    logs: new LogStore(clock, options.rotation, options.chatter),
    lists: new ListCache(),
    token: options.token,
    leader: options.leader,
  };
}
