import { mapBounded } from '../../lib/bounded.ts';
import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { podChoice, podChoiceFlags } from '../../lib/cli/flags/pod-choice-flags.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { AdminError } from '../../lib/errors.ts';
import { readCatalogue } from '../../lib/installation/read-catalogue.ts';
import { choosePods, noneChosen } from '../../lib/pods/choose-pods.ts';
import { describePod } from '../../lib/pods/describe.ts';
import { podDescriptionView } from '../../lib/pods/describe-view.ts';

/** The maximum number of pods to read concurrently. */
const AT_ONCE = 8;

/** `pods describe`: shows pods in detail. */
export class PodsDescribe extends AdminCommand {
  static override summary = 'show a pod: its containers, events, owner and service';
  static override description =
    'NAME is a pod, a service or a workload (all its pods are shown). --json prints one object, whose `pods` is a list, even for one pod.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> circleci-nomad-0',
    '<%= config.bin %> <%= command.id %> dispatcher',
  ];
  static override strict = false;
  static override completes = { name: 'pods' } as const;
  static override args = { name: Args.string({ description: 'pod, service or workload' }) };
  static override flags = { ...podChoiceFlags };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(PodsDescribe);
    const choice = podChoice(flags, argv);
    if (choice.names.length + choice.services.length === 0 && !flags.selector) {
      throw new AdminError('usage', 'No pod was named', {
        code: 'MISSING_ARGUMENT',
        hint: 'Name a pod, a service or a workload. List the pods: circleci-admin pods list',
      });
    }
    const catalogue = await readCatalogue(this.installation.settings);
    const client = await this.installation.kubernetes();
    const { signal, output } = this;
    const now = this.installation.clock.now();
    const pods = await choosePods(client, catalogue, choice, { signal, command: 'pods describe' });
    if (pods.length === 0) throw noneChosen();
    const described = await mapBounded(pods, AT_ONCE, (pod) =>
      describePod(client, pod, catalogue, { signal, now }),
    );
    const blocks = described.flatMap((one) => podDescriptionView(one, now).blocks);
    await output.detail({ blocks }, { pods: described }, described);
  }
}
