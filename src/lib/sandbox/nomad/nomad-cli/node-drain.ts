import { parseGoDuration } from '../blocking.ts';
import { isClientTerminal, isTerminal, type NodeRecord } from '../records.ts';
import { findNode } from './find.ts';
import { type Flags, parseFlags } from './flags.ts';
import { CliFailure, requireServer, type Session } from './session.ts';
import { time } from './text.ts';

const USAGE = 'Usage: nomad node drain [options] <node>';
const HELP = "For additional help try 'nomad node drain -help'";
const KINDS = {
  enable: 'switch',
  disable: 'switch',
  yes: 'switch',
  detach: 'switch',
  deadline: 'value',
  'no-deadline': 'switch',
  force: 'switch',
  self: 'switch',
  'ignore-system': 'switch',
  'keep-ineligible': 'switch',
  monitor: 'switch',
} as const;
/** The CLI's default deadline: drains kill what is still running after an hour. */
const DEFAULT_DEADLINE_NS = 3_600_000_000_000n;

/** `nomad node drain` (command/node_drain.go). */
export async function nodeDrain(session: Session, argv: readonly string[]): Promise<number> {
  const newer = { m: 'value', meta: 'value' } as const;
  const kinds = session.core.dialect.since('1.1') ? { ...KINDS, ...newer } : KINDS;
  const flags = parseFlags(argv, kinds, USAGE);
  checkFlags(flags);
  const deadlineNs = deadlineOf(flags);
  await requireServer(session, 'Error toggling drain mode', flags.value('token'));
  if (flags.on('self')) throw new CliFailure('Nomad not running in client mode');
  const node = findNode(session, flags.args[0] ?? '');
  if (flags.on('monitor')) {
    printLine(session, `Monitoring node "${node.id}": Ctrl-C to detach monitoring`);
    if (node.drain === null) {
      printLine(session, `No drain strategy set for node ${node.id}`);
      return 0;
    }
    return monitor(session, node);
  }
  if (!flags.on('yes') && !(await isConfirmed(session, node, flags.on('enable')))) return 0;
  const meta = metaOf(flags);
  if (flags.on('disable')) {
    session.core.drainer.cancel(node, !flags.on('keep-ineligible'), meta);
    session.out(`Node "${node.id}" drain strategy unset`);
    return 0;
  }
  const watch = watcher(session, node);
  session.core.drainer.start(node, {
    deadlineNs,
    ignoreSystemJobs: flags.on('ignore-system'),
    meta,
  });
  if (flags.on('detach')) {
    session.out(`Node "${node.id}" drain strategy set`);
    return 0;
  }
  printLine(session, 'Ctrl-C to stop monitoring: will not cancel the node drain');
  printLine(session, `Node "${node.id}" drain strategy set`);
  return monitor(session, node, watch);
}

function checkFlags(flags: Flags): void {
  const enable = flags.on('enable');
  const disable = flags.on('disable');
  if (flags.on('monitor') ? enable || disable : enable === disable) {
    throw new CliFailure(
      `Ethier the '-enable' or '-disable' flag must be set, unless using '-monitor'\n${HELP}`,
    );
  }
  if (flags.args.length !== (flags.on('self') ? 0 : 1)) {
    throw new CliFailure(`Node ID must be specified if -self isn't being used\n${HELP}`);
  }
  const limits = flags.value('deadline') !== null || flags.on('force') || flags.on('no-deadline');
  if (disable && limits) {
    throw new CliFailure(
      `-disable can't be combined with flags configuring drain strategy\n${HELP}`,
    );
  }
  if (flags.value('deadline') !== null && (flags.on('force') || flags.on('no-deadline'))) {
    throw new CliFailure(`-deadline can't be combined with -force or -no-deadline\n${HELP}`);
  }
  if (flags.on('force') && flags.on('no-deadline')) {
    throw new CliFailure(`-force and -no-deadline are mutually exclusive\n${HELP}`);
  }
}

function deadlineOf(flags: Flags): bigint {
  if (flags.on('force')) return -1_000_000_000n;
  if (flags.on('no-deadline')) return 0n;
  const text = flags.value('deadline');
  if (text === null) return DEFAULT_DEADLINE_NS;
  const ms = parseGoDuration(text);
  if (ms === null) {
    throw new CliFailure(`Failed to parse deadline "${text}": time: invalid duration "${text}"`);
  }
  if (ms <= 0) throw new CliFailure('A positive drain duration must be given');
  return BigInt(Math.round(ms)) * 1_000_000n;
}

function metaOf(flags: Flags): Readonly<Record<string, string>> | null {
  const message = flags.value('m');
  const [key, value] = (flags.value('meta') ?? '').split('=');
  const meta = {
    ...(message === null ? {} : { message }),
    ...(key ? { [key]: value ?? '' } : {}),
  };
  return Object.keys(meta).length === 0 ? null : meta;
}

async function isConfirmed(session: Session, node: NodeRecord, enable: boolean): Promise<boolean> {
  const verb = enable ? 'enable' : 'disable';
  session.raw(
    Buffer.from(`Are you sure you want to ${verb} drain mode for node "${node.id}"? [y/N] `),
  );
  let answer = '';
  for await (const chunk of session.stdin) {
    answer += Buffer.from(chunk).toString();
    if (answer.includes('\n') || answer.includes('\r')) break;
  }
  const first = answer.trim();
  if (first === '' || first.toLowerCase().startsWith('n')) {
    session.out('Canceling drain toggle');
    return false;
  }
  if (first === 'y') return true;
  throw new CliFailure("No confirmation detected. For confirmation, an exact 'y' is required.");
}

/** Prints a line prefixed with the time, as the monitor does. */
function printLine(session: Session, text: string): void {
  session.out(`${time(session.core.state.stamp())}: ${text}`);
}

interface Watch {
  /** Returns the new messages, and whether both the drain and the allocations have ended. */
  next(): { readonly lines: readonly string[]; readonly done: boolean };
}

/**
 * Follows a node and its allocations as MonitorDrain in api/nodes.go does, each until it ends. A
 * cancelled drain counts as "complete", and the allocations are still watched.
 */
function watcher(session: Session, node: NodeRecord): Watch {
  const { state } = session.core;
  const seen = new Map<string, { client: string; stopping: boolean; migrating: boolean }>();
  for (const allocation of state.allocationsOfNode(node.id)) {
    if (isTerminal(allocation)) continue;
    const stopping = allocation.desired === 'stop';
    const { client, migrate } = allocation;
    seen.set(allocation.id, { client, stopping, migrating: migrate });
  }
  let nodeDone = false;
  let allocationsDone = false;
  return {
    next: () => {
      const lines: string[] = [];
      for (const [id, before] of allocationsDone ? [] : seen) {
        const allocation = state.allocations.get(id);
        if (allocation === undefined) {
          seen.delete(id);
          lines.push(`Alloc "${id}" deleted`);
          continue;
        }
        if (allocation.migrate && !before.migrating)
          lines.push(`Alloc "${id}" marked for migration`);
        if (allocation.desired === 'stop' && !before.stopping) lines.push(`Alloc "${id}" draining`);
        if (allocation.client !== before.client) {
          lines.push(`Alloc "${id}" status ${before.client} -> ${allocation.client}`);
        }
        before.client = allocation.client;
        before.stopping = allocation.desired === 'stop';
        before.migrating = allocation.migrate;
        if (isClientTerminal(allocation)) seen.delete(id);
      }
      if (!allocationsDone && seen.size === 0) {
        allocationsDone = true;
        lines.push(`All allocations on node "${node.id}" have stopped`);
      }
      if (!nodeDone && node.status === 'down') {
        nodeDone = true;
        lines.push(`Node "${node.id}" down`);
      } else if (!nodeDone && node.drain === null) {
        nodeDone = true;
        lines.push(`Drain complete for node ${node.id}`);
      }
      return { lines, done: nodeDone && allocationsDone };
    },
  };
}

/** Prints events until the drain and the allocations have ended. */
async function monitor(
  session: Session,
  node: NodeRecord,
  watch = watcher(session, node),
): Promise<number> {
  for (;;) {
    const { lines, done } = watch.next();
    for (const line of lines) printLine(session, line);
    if (done) return 0;
    if (!(await changed(session))) return 1;
  }
}

/** Resolves at the next change; with false if the caller has disconnected. */
function changed(session: Session): Promise<boolean> {
  return new Promise((resolve) => {
    if (session.signal.aborted) return resolve(false);
    const finish = (answer: boolean): void => {
      stop();
      session.signal.removeEventListener('abort', onAbort);
      resolve(answer);
    };
    const onAbort = (): void => finish(false);
    const stop = session.core.state.onChange(() => finish(true));
    session.signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** `nomad node eligibility` (command/node_eligibility.go). */
export async function nodeEligibility(session: Session, argv: readonly string[]): Promise<number> {
  const kinds = { enable: 'switch', disable: 'switch', self: 'switch' } as const;
  const flags = parseFlags(argv, kinds, 'Usage: nomad node eligibility [options] <node>');
  const help = "For additional help try 'nomad node eligibility -help'";
  if (flags.on('enable') === flags.on('disable')) {
    throw new CliFailure(`Either the '-enable' or '-disable' flag must be set\n${help}`);
  }
  if (flags.args.length !== (flags.on('self') ? 0 : 1)) {
    throw new CliFailure(`Node ID must be specified if -self isn't being used\n${help}`);
  }
  const what = 'Error updating scheduling eligibility';
  await requireServer(session, what, flags.value('token'));
  if (flags.on('self')) throw new CliFailure('Nomad not running in client mode');
  const node = findNode(session, flags.args[0] ?? '');
  const eligible = flags.on('enable');
  if (eligible && node.drain !== null) {
    throw new CliFailure(
      `${what}: Unexpected response code: 500 (can not set node's scheduling eligibility to eligible while it is draining)`,
    );
  }
  session.core.fleet.setEligibility(node, eligible);
  const word = eligible ? 'eligible' : 'ineligible';
  session.out(`Node "${node.id}" scheduling eligibility set: ${word} for scheduling`);
  return 0;
}
