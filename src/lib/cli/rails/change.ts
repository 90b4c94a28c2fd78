import { join } from 'node:path';
import { AdminError, EXIT_CODES, isAdminError } from '../../errors.ts';
import type { ClusterIdentity } from '../../installation/identity.ts';
import type { Installation } from '../../installation/installation.ts';
import type { Settings } from '../../installation/settings.ts';
import type { Masker } from '../../masking.ts';
import type { DetailView, ErasedTable } from '../../terminal/table.ts';
import { shellWord } from '../flags/place-flags.ts';
import type { Output } from '../output/output.ts';
import type { Runtime } from '../runtime.ts';
import { AUDIT_FILE, AuditLog } from './audit-log.ts';

/** What will be done, before it is. */
export interface Plan {
  /** Shown to people on standard error. */
  readonly view: DetailView;
  /** The same for programs: what `--dry-run --json` prints and the audit log keeps. */
  readonly document: unknown;
  /** What may go wrong, each a sentence. */
  readonly warnings: readonly string[];
  /** Set when there is nothing to do: why. Nobody is asked, nothing is written. */
  readonly nothing?: string;
}

/** How the operator agrees. */
export type Confirmation =
  | { readonly kind: 'yes-no'; readonly question: string }
  /** Dangerous: the name has to be typed, or given by `--confirm NAME`; `--yes` is not enough. */
  | { readonly kind: 'typed'; readonly question: string; readonly name: string };

/** How a change ended. */
export interface ChangeReport {
  readonly view: DetailView;
  /** What `--json` prints and the audit log keeps. */
  readonly document: unknown;
  /** 0, or the exit code that tells what was not done. */
  readonly exitCode: number;
}

/** A change: plan, confirm, apply, verify, report. */
export interface Change<Event> {
  /** Short, in the infinitive, such as `drain 2 clients`. */
  readonly action: string;
  readonly plan: Plan;
  readonly confirm: Confirmation;
  /** Does it, and verifies; the last event ends it. Aborting stops the watching, cleanly. */
  apply(signal: AbortSignal): AsyncIterable<Event>;
  /** One line for people; undefined for events that only programs want. */
  describe(event: Event): string | undefined;
  /** What is going on just now, for the one line of a terminal that is written over. */
  progress?(event: Event): string | undefined;
  /** How an event looks as JSON, with `--output ndjson`. */
  document(event: Event): unknown;
  /** Asked once, after `apply` has ended. */
  report(): ChangeReport;
  /** What to say when Ctrl-C ends the watching: what goes on without us, and how to undo it. */
  interrupted(): readonly string[];
}

/** What is changed, as far as the rails care: its name, and what forbids the change. */
export interface ChangeSubject {
  readonly name: Installation['name'];
  readonly settings: Pick<Settings, 'readOnly' | 'conflicts'>;
  /** Whether the cluster is the profile's; left out, or null, where no cluster is meant. */
  identity?(): Promise<ClusterIdentity> | null;
}

/** What the rails take from the command. */
export interface ChangeContext {
  readonly runtime: Runtime;
  readonly output: Output;
  readonly masker: Masker;
  readonly installation: ChangeSubject;
  readonly dataDir: string;
  /** The command line, for the audit log. */
  readonly command: readonly string[];
}

/** What the operator agreed to in advance. */
export interface Consent {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly confirm: string | undefined;
}

/**
 * Runs a change on the rails: refuses where it must, shows the plan, asks, writes the audit log,
 * applies, and reports.
 *
 * @param planned the change, or what plans it once nothing forbids it
 * @returns the exit code
 * @throws AdminError of kind `refused` (READ_ONLY, AMBIENT_CONFLICT, OTHER_CLUSTER, NOT_CONFIRMED,
 *   CANCELLED)
 */
export async function runChange<Event>(
  context: ChangeContext,
  planned: Change<Event> | (() => Promise<Change<Event>>),
  consent: Consent,
): Promise<number> {
  const { output, installation } = context;
  if (!consent.dryRun) await refuseWhereForbidden(context);
  const change = typeof planned === 'function' ? await planned() : planned;
  const { plan } = change;
  await showPlan(context, change);
  if (consent.dryRun || plan.nothing !== undefined) {
    if (output.structured) await output.detail(plan.view, plan.document);
    if (plan.nothing !== undefined) output.note(plan.nothing);
    else output.note(`Dry run: nothing was changed in ${installation.name}.`);
    return 0;
  }
  await agree(context, change.confirm, consent);
  return apply(context, change);
}

async function apply<Event>(context: ChangeContext, change: Change<Event>): Promise<number> {
  const { output, runtime } = context;
  const entry = await auditLog(context).begin({
    user: runtime.user,
    installation: context.installation.name,
    command: context.command,
    action: change.action,
    plan: change.plan.document,
  });
  runtime.outliveReaders();
  try {
    for await (const event of change.apply(runtime.signal)) {
      const line = change.describe(event);
      if (output.format === 'ndjson') await output.json(change.document(event));
      else if (line !== undefined) output.note(line);
      const now = runtime.stderr.isTTY ? change.progress?.(event) : undefined;
      if (now !== undefined) output.progress(now);
    }
  } catch (error) {
    if (!runtime.signal.aborted) {
      const code = isAdminError(error) ? error.exitCode : EXIT_CODES.failed;
      await entry.finish(code, null, String((error as Error).message));
      throw error;
    }
  }
  const report = change.report();
  if (runtime.signal.aborted) {
    for (const line of change.interrupted()) output.talk(line);
    await entry.finish(EXIT_CODES.refused, report.document, 'interrupted');
    if (output.structured) await output.detail(report.view, report.document);
    return EXIT_CODES.refused;
  }
  await entry.finish(report.exitCode, report.document, null);
  await output.detail(report.view, report.document);
  return report.exitCode;
}

/** Another program's command line that may change something. */
export interface PassedThrough {
  /** As it is shown and written to the audit log. */
  readonly command: string;
  readonly yes: boolean;
  /** What `--confirm` gave, where the command has it. */
  readonly confirm?: string | undefined;
  /** It kills builds: the installation's name has to be typed. */
  readonly kills?: boolean;
  /** Said before the question. */
  readonly warnings?: readonly string[];
  /** Runs it; its exit code. */
  readonly run: () => Promise<number>;
}

/**
 * Runs another program's command that may change something: refuses where it must, asks, and writes
 * the audit log, with the exit code that the program ended with.
 */
export async function runPassThrough(context: ChangeContext, what: PassedThrough): Promise<number> {
  const { command, yes, confirm, kills = false, warnings = [], run } = what;
  const { name } = context.installation;
  const question = `Run "${command}" in ${name}?`;
  await refuseWhereForbidden(context);
  // A program reads one JSON object from standard error, or none.
  if (!context.output.structured) for (const warning of warnings) context.output.warn(warning);
  await agree(context, kills ? { kind: 'typed', name, question } : { kind: 'yes-no', question }, {
    dryRun: false,
    yes,
    confirm,
  });
  const entry = await auditLog(context).begin({
    user: context.runtime.user,
    installation: context.installation.name,
    command: context.command,
    action: command,
    plan: null,
  });
  try {
    const exitCode = await run();
    await entry.finish(exitCode, null, null);
    return exitCode;
  } catch (error) {
    const code = isAdminError(error) ? error.exitCode : EXIT_CODES.failed;
    await entry.finish(code, null, error instanceof Error ? error.message : String(error));
    throw error;
  }
}

function auditLog({ dataDir, runtime, masker }: ChangeContext): AuditLog {
  return new AuditLog(join(dataDir, AUDIT_FILE), runtime.clock, masker);
}

async function refuseWhereForbidden({ installation, output }: ChangeContext): Promise<void> {
  const { settings } = installation;
  if (settings.readOnly) {
    throw new AdminError('refused', `${installation.name} is read-only here`, {
      code: 'READ_ONLY',
      hint: 'To allow changes, remove readOnly from the profile, or remove --read-only.',
    });
  }
  if (settings.conflicts.length > 0) {
    throw new AdminError(
      'refused',
      `The environment points at another installation: ${settings.conflicts.join('; ')}`,
      {
        code: 'AMBIENT_CONFLICT',
        hint: 'Unset the variable, or choose the profile that it belongs to.',
      },
    );
  }
  const identity = await installation.identity?.();
  if (!identity) return;
  const { verdict, expected, seen, failure } = identity;
  if (verdict === 'other' && seen !== null) {
    const { otherCluster } = await import('../../installation/identity.ts');
    throw otherCluster(installation.name, expected, seen);
  }
  if (verdict === 'unknown') {
    const why = failure?.message ?? 'no permission to read the namespace kube-system';
    output.note(`Cannot verify that this is the cluster of ${installation.name}: ${why}`);
  }
}

async function showPlan<Event>(context: ChangeContext, change: Change<Event>): Promise<void> {
  const { output, installation } = context;
  const { plan } = change;
  if (!output.structured) {
    const { renderDetail } = await import('../../terminal/render-detail.ts');
    const width = context.runtime.stderr.isTTY ? context.runtime.stderr.columns : undefined;
    output.talk(`Installation: ${installation.name}\n`);
    output.talk(renderDetail(plan.view, { width, color: false, wide: false }).trimEnd());
    output.talk('');
  }
  for (const warning of plan.warnings) output.warn(warning);
}

/** Why a change that nobody confirmed is refused. */
const NO_TERMINAL = 'This change needs confirmation, and there is no terminal to ask on';

async function agree(context: ChangeContext, confirm: Confirmation, consent: Consent) {
  const { runtime, output } = context;
  if (confirm.kind === 'yes-no' && consent.yes) return;
  if (confirm.kind === 'typed' && consent.confirm !== undefined) {
    if (consent.confirm === confirm.name) return;
    throw new AdminError(
      'refused',
      `--confirm ${consent.confirm} does not match "${confirm.name}"`,
      {
        code: 'NOT_CONFIRMED',
        hint: `Nothing was changed. To confirm: --confirm ${shellWord(confirm.name)}`,
      },
    );
  }
  if (!runtime.stdin.isTTY || !runtime.stderr.isTTY) {
    const flag = confirm.kind === 'yes-no' ? '--yes' : `--confirm ${shellWord(confirm.name)}`;
    throw new AdminError('refused', `${NO_TERMINAL}: ${confirm.question}`, {
      code: 'NOT_CONFIRMED',
      hint: `Nothing was changed. To go ahead without being asked: ${flag}`,
    });
  }
  const { ask } = await import('./ask.ts');
  if (await ask(confirm, runtime)) return;
  output.talk('');
  throw new AdminError('refused', 'Cancelled: nothing was changed', { code: 'CANCELLED' });
}

/** A table as a block of a plan or a report. */
export function tableBlock(title: string, table: ErasedTable): DetailView['blocks'][number] {
  return { kind: 'table', title, table };
}
