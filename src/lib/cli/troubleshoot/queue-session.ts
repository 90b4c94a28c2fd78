import type { Milliseconds } from '../../clock.ts';
import { AdminError } from '../../errors.ts';
import type { SshChoice } from '../../installation/connect-ssh.ts';
import type { Installation } from '../../installation/installation.ts';
import { readCatalogue } from '../../installation/read-catalogue.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { Masker } from '../../masking.ts';
import { choosePods } from '../../pods/choose-pods.ts';
import { planRestart } from '../../pods/restart/plan.ts';
import { countRunningBuilds } from '../../pods/restart/running-builds.ts';
import type { Diagnosis, JudgedFinding } from '../../queue/diagnosis.ts';
import { type FixEvent, fixable, servicesToRestart } from '../../queue/fix-findings.ts';
import { openSources } from '../../queue/gather/open-sources.ts';
import type { GatherOptions } from '../../queue/gather/sources.ts';
import { inspectQueue, type QueueInspection } from '../../queue/inspect-queue.ts';
import { type CommandFlags, diagnosisWithTargetFlags } from '../../queue/target-flags.ts';
import type { FollowTriggerEvent } from '../../queue/trigger/follow-trigger.ts';
import { findingsTable, queueDocument, queueLines } from '../../queue/view.ts';
import { fixChange, fixDocument } from '../changes/fix-change.ts';
import { triggerChange } from '../changes/trigger-change.ts';
import type { Frame, Output } from '../output/output.ts';
import type { Change } from '../rails/change.ts';
import type { Runtime } from '../runtime.ts';
import {
  exitCodeOf,
  noteVerdict,
  queueStyle,
  showDiagnosis,
  showWaiting,
} from './show-diagnosis.ts';

/** The inputs of a {@link QueueSession}. */
export interface QueueContext {
  readonly installation: Installation;
  readonly output: Output;
  readonly runtime: Runtime;
  readonly masker: Masker;
  readonly ssh: SshChoice;
  /** The flags that select the installation, for suggested commands. */
  readonly commandFlags: CommandFlags;
  /** The file to write each snapshot to, which replaces the previous one. */
  readonly save: string | undefined;
}

/** Diagnoses the queue of one installation, once or repeatedly. */
export class QueueSession {
  readonly #context: QueueContext;
  readonly #options: GatherOptions;

  private constructor(context: QueueContext, options: GatherOptions) {
    this.#context = context;
    this.#options = options;
  }

  /**
   * Checks that the file for the evidence can be written, before anything is read or changed.
   *
   * @throws AdminError of kind `validation`, code SNAPSHOT_FILE
   */
  static async open(context: QueueContext, options: GatherOptions): Promise<QueueSession> {
    if (context.save !== undefined) {
      const { requireWritable } = await import('../../queue/snapshot/snapshot-file.ts');
      await requireWritable(context.save);
    }
    return new QueueSession(context, options);
  }

  /** Gathers the evidence, saves it if requested, and diagnoses it. */
  async inspect(trigger: GatherOptions['trigger'] = null): Promise<QueueInspection> {
    const { installation, masker, ssh, output, runtime, save, commandFlags } = this.#context;
    const catalogue = await readCatalogue(installation.settings);
    const sources = openSources({ installation, catalogue, masker, ssh });
    const inspection = await inspectQueue(sources, { ...this.#options, trigger }, (waiting) =>
      showWaiting(waiting, output, runtime),
    );
    if (save !== undefined) {
      const { writeSnapshot } = await import('../../queue/snapshot/snapshot-file.ts');
      await writeSnapshot(save, inspection.snapshot, masker);
    }
    return {
      ...inspection,
      diagnosis: diagnosisWithTargetFlags(inspection.diagnosis, commandFlags),
    };
  }

  /** Yields a diagnosis every `everyMs` milliseconds, until Ctrl-C. */
  async *frames(everyMs: Milliseconds): AsyncGenerator<Frame<JudgedFinding>, void> {
    const { output, runtime, installation } = this.#context;
    const { signal } = this.#options;
    const style = await queueStyle(output, runtime);
    try {
      for (;;) {
        const { diagnosis } = await this.inspect();
        yield {
          view: findingsTable(diagnosis),
          document: queueDocument(diagnosis),
          text: `${queueLines(diagnosis, style).join('\n')}\n`,
        };
        noteVerdict(diagnosis, output);
        await installation.clock.sleep(everyMs, signal);
      }
    } catch (error) {
      // Ctrl-C ends the watch normally.
      if (!signal.aborted) throw error;
    }
  }

  /**
   * Returns the operations guide's remedy as a change; null if it has none for the findings.
   *
   * @throws AdminError as KubernetesClient, before anything is changed
   */
  async fixChange(diagnosis: Diagnosis, timeoutMs: Milliseconds): Promise<Change<FixEvent> | null> {
    const { installation, output, runtime, commandFlags } = this.#context;
    const { signal } = this.#options;
    const findings = fixable(diagnosis);
    if (findings.length === 0) return null;
    const catalogue = await readCatalogue(installation.settings);
    const client = await installation.kubernetes();
    await refuseWithoutPermission(client);
    const choice = { names: [], services: servicesToRestart(findings) };
    const [pods, runningBuilds] = await Promise.all([
      choosePods(client, catalogue, choice, { signal }),
      countRunningBuilds(() => installation.nomad(), signal),
    ]);
    const plan = await planRestart(client, catalogue, pods, 'delete', { signal, runningBuilds });
    const style = await queueStyle(output, runtime);
    const diagnoseAgain = async (): Promise<Diagnosis> => (await this.inspect()).diagnosis;
    const context = { client, installation, targetFlags: commandFlags.admin, style, diagnoseAgain };
    const waiting = { timeoutMs, settleMs: Math.min(timeoutMs, SETTLE_MS) };
    return fixChange(context, { diagnosis, findings }, plan, waiting);
  }

  /** Prints the findings if the guide's remedy fixes none of them, and returns the exit code. */
  async showNothingToFix(diagnosis: Diagnosis): Promise<number> {
    const { output, runtime } = this.#context;
    if (output.structured) {
      await output.detail({ blocks: [] }, fixDocument({ before: diagnosis, codes: [] }));
    } else {
      await showDiagnosis(diagnosis, output, runtime);
      output.note('Nothing was changed: --fix cannot fix these findings.');
    }
    return exitCodeOf(diagnosis);
  }

  /**
   * Returns the start of a test build as a change.
   *
   * @throws AdminError `usage` BAD_REPO, and as `Installation.trigger`
   */
  async triggerChange(
    wanted: { readonly project: string; readonly branch: string | null },
    timeoutMs: Milliseconds,
  ): Promise<Change<FollowTriggerEvent>> {
    const { installation, output, runtime, commandFlags } = this.#context;
    requireProject(wanted.project);
    // Connects before the confirmation, so that missing permissions are reported first.
    const api = await installation.trigger();
    const style = await queueStyle(output, runtime);
    const context = {
      api,
      server: installation.settings.host ?? installation.name,
      installation,
      targetFlags: commandFlags.admin,
      style,
      inspect: (trigger: GatherOptions['trigger']) => this.inspect(trigger),
    };
    return triggerChange(context, { ...wanted, timeoutMs });
  }
}

function requireProject(text: string): void {
  if (/^(?:(?:gh|github|bb|bitbucket)\/)?[^/\s]+\/[^/\s]+$/i.test(text)) return;
  throw new AdminError('usage', `"${text}" is not a project`, {
    code: 'BAD_REPO',
    hint: 'Write ORG/REPO, such as --trigger acme/web.',
  });
}

/** Checks the permission to delete pods first, so that the remedy is not applied in part. */
async function refuseWithoutPermission(client: Pick<KubernetesClient, 'can' | 'target'>) {
  if (await client.can('delete', 'pods')) return;
  const { namespace } = client.target;
  throw new AdminError('unauthorised', `No permission to delete pods in namespace ${namespace}`, {
    code: 'KUBERNETES_FORBIDDEN',
    ref: 'docs/permissions.md',
    hint: `Nothing was changed. Ask the administrator of the cluster for the role that the page names; to check: kubectl auth can-i delete pods -n ${namespace}`,
  });
}

/** The time that held-up builds need to be processed again after the restart. */
const SETTLE_MS: Milliseconds = 90_000;
