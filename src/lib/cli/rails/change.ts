import { join } from 'node:path';
import { AdminError, EXIT_CODES, isAdminError } from '../../errors.ts';
import type { ClusterIdentity } from '../../installation/identity.ts';
import type { Installation } from '../../installation/installation.ts';
import type { Settings } from '../../installation/settings.ts';
import type { Masker } from '../../masking.ts';
import type { DetailView } from '../../terminal/table.ts';
import { shellWord } from '../flags/target-flags.ts';
import type { Output } from '../output/output.ts';
import type { Runtime } from '../runtime.ts';
import { AUDIT_FILE, AuditLog } from './audit-log.ts';

/** The plan of a change. */
export interface Plan {
  /** The plan for display on standard error. */
  readonly view: DetailView;
  /** The plan as data, for `--dry-run --json` and the audit log. */
  readonly document: unknown;
  /** Risks of the change, one sentence each. */
  readonly warnings: readonly string[];
  /** Why there is nothing to do. If set, nothing is confirmed, applied or logged. */
  readonly nothing?: string;
  /** The exit code if there is nothing to do and this is not a dry run; default 0. */
  readonly nothingExitCode?: number;
}

/** How the operator confirms a change. */
export type Confirmation =
  | { readonly kind: 'yes-no'; readonly question: string }
  /**
   * For a dangerous change: the name must be typed or given by `--confirm NAME`, not by `--yes`.
   */
  | { readonly kind: 'typed'; readonly question: string; readonly name: string };

/** The result of a change. */
export interface ChangeReport {
  readonly view: DetailView;
  /** The result as data, for `--json` and the audit log. */
  readonly document: unknown;
  /** 0, or the exit code for what was not done. */
  readonly exitCode: number;
}

/** A change with the steps plan, confirm, apply, verify and report. */
export interface Change<Event> {
  /** A short description in the infinitive, such as `drain 2 clients`. */
  readonly action: string;
  readonly plan: Plan;
  readonly confirm: Confirmation;
  /** Applies and verifies the change; done after the last event. An abort stops it cleanly. */
  apply(signal: AbortSignal): AsyncIterable<Event>;
  /** Returns a line about an event for display; undefined for an event that is data only. */
  describe(event: Event): string | undefined;
  /** Returns the current state for the progress line of a terminal. */
  progress?(event: Event): string | undefined;
  /** Returns an event as data, for `--output ndjson`. */
  document(event: Event): unknown;
  /** Returns the result. Called once, after `apply` has ended. */
  report(): ChangeReport;
  /** Returns the lines to print after Ctrl-C: what continues to run, and how to undo it. */
  interrupted(): readonly string[];
}

/** The installation that is changed: its name, and the settings that may forbid the change. */
export interface ChangeSubject {
  readonly name: Installation['name'];
  readonly settings: Pick<Settings, 'readOnly' | 'conflicts'>;
  /**
   * Checks that the cluster is that of the profile; null or undefined if no cluster is involved.
   */
  identity?(): Promise<ClusterIdentity> | null;
}

/** The context of a command that {@link runChange} and {@link runPassThrough} need. */
export interface ChangeContext {
  readonly runtime: Runtime;
  readonly output: Output;
  readonly masker: Masker;
  readonly installation: ChangeSubject;
  readonly dataDir: string;
  /** The command line, for the audit log. */
  readonly command: readonly string[];
}

/** The confirmation flags of the command line. */
export interface Consent {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly confirm: string | undefined;
}

/**
 * Runs a change: checks the guards, shows the plan, asks for confirmation, writes the audit log,
 * applies the change and reports.
 *
 * @param planned the change, or a function that plans it, which is called after the guards
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
    return consent.dryRun ? 0 : (plan.nothingExitCode ?? 0);
  }
  await requireConsent(context, change.confirm, consent);
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

/** A command line of another program that may change something. */
export interface PassedThrough {
  /** The command line as shown to the operator and written to the audit log. */
  readonly command: string;
  readonly yes: boolean;
  /** The value of `--confirm`, if the command has this flag. */
  readonly confirm?: string | undefined;
  /** Whether it kills builds, in which case the name of the installation must be typed. */
  readonly kills?: boolean;
  /** Warnings to print before the confirmation. */
  readonly warnings?: readonly string[];
  /** Runs the program and returns its exit code. */
  readonly run: () => Promise<number>;
}

/**
 * Runs a command line of another program that may change something: checks the guards, asks for
 * confirmation and writes the audit log.
 *
 * @returns the exit code of the program
 * @throws AdminError of kind `refused`, as {@link runChange}
 */
export async function runPassThrough(context: ChangeContext, what: PassedThrough): Promise<number> {
  const { command, yes, confirm, kills = false, warnings = [], run } = what;
  const { name } = context.installation;
  const question = `Run "${command}" in ${name}?`;
  await refuseWhereForbidden(context);
  // With JSON, standard error may contain nothing but one error object.
  if (!context.output.structured) for (const warning of warnings) context.output.warn(warning);
  await requireConsent(
    context,
    kills ? { kind: 'typed', name, question } : { kind: 'yes-no', question },
    {
      dryRun: false,
      yes,
      confirm,
    },
  );
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

/** The reason for refusing a change without confirmation. */
const NO_TERMINAL = 'This change needs confirmation, and there is no terminal to ask on';

async function requireConsent(context: ChangeContext, confirm: Confirmation, consent: Consent) {
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
