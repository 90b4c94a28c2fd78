import { MutatingCommand } from '../../lib/cli/bases/mutating-command.ts';
import { restartChange } from '../../lib/cli/changes/restart-change.ts';
import { podChoice, podChoiceFlags } from '../../lib/cli/flags/pod-choice-flags.ts';
import { targetFlagsOf } from '../../lib/cli/flags/target-flags.ts';
import { Args, durationFlag, Flags } from '../../lib/cli/oclif.ts';
import { AdminError } from '../../lib/errors.ts';
import { readCatalogue } from '../../lib/installation/read-catalogue.ts';
import { choosePods } from '../../lib/pods/choose-pods.ts';
import { planRestart } from '../../lib/pods/restart/plan.ts';
import { countRunningBuilds } from '../../lib/pods/restart/running-builds.ts';

/** The default time limit: long enough for the recovery of a database. */
const TIMEOUT_MS = 600_000;

/** `pods restart`: replaces pods and waits until the new ones are ready. */
export class PodsRestart extends MutatingCommand {
  static override summary = 'restart services or pods, and wait until they are ready';
  static override description =
    'NAME is a pod, a service or a workload. The Deployment or StatefulSet replaces all its pods; --delete deletes only the named pods, with a grace period of 1s, as the operations guide does. If it is interrupted, run it again to continue.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> dispatcher legacy-dispatcher --delete',
    '<%= config.bin %> <%= command.id %> frontend --yes',
    '<%= config.bin %> <%= command.id %> output-processor --confirm output-processor',
  ];
  static override strict = false;
  static override completes = { name: 'pods' } as const;
  static override args = { name: Args.string({ description: 'pod, service or workload' }) };
  static override flags = {
    ...podChoiceFlags,
    delete: Flags.boolean({ summary: 'delete the pods; their owner creates new ones' }),
    detach: Flags.boolean({ summary: 'do not wait' }),
    timeout: durationFlag({ summary: 'stop waiting after this (default 10m)' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(PodsRestart);
    const choice = podChoice(flags, argv);
    if (choice.names.length + choice.services.length === 0 && !flags.selector) {
      throw new AdminError('usage', 'No pod was named', {
        code: 'MISSING_ARGUMENT',
        hint: 'Name pods, services or workloads, or select pods by label with -l.',
      });
    }
    const { installation, signal } = this;
    const catalogue = await readCatalogue(installation.settings);
    const client = await installation.kubernetes();
    const [pods, runningBuilds] = await Promise.all([
      choosePods(client, catalogue, choice, { signal, command: 'pods restart' }),
      countRunningBuilds(() => installation.nomad(), signal),
    ]);
    const how = flags.delete ? 'delete' : 'roll';
    const plan = await planRestart(client, catalogue, pods, how, { signal, runningBuilds });
    const context = { client, installation, targetFlags: targetFlagsOf(this.shared.chosen) };
    const waiting = { detach: flags.detach, timeoutMs: flags.timeout ?? TIMEOUT_MS };
    await this.change(restartChange(context, plan, waiting), flags);
  }
}
