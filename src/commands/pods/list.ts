import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { podChoice, podChoiceFlags } from '../../lib/cli/flags/pod-choice-flags.ts';
import { targetFlagsOf } from '../../lib/cli/flags/target-flags.ts';
import { Args, Flags } from '../../lib/cli/oclif.ts';
import { EXIT_CODES } from '../../lib/errors.ts';
import { readCatalogue } from '../../lib/installation/read-catalogue.ts';
import { listPods, type PodList, watchPodList } from '../../lib/pods/list.ts';
import { podListView } from '../../lib/pods/view.ts';

/** `pods list`: lists the pods and judges their state by the operations guide. */
export class PodsList extends AdminCommand {
  static override summary = 'list the pods, and say why a pod is not ready';
  static override description =
    'Running does not mean ready: READY must be n/n. The pod of a completed Job is not a problem. NAME is a pod, a service or a workload.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --not-ready',
    '<%= config.bin %> <%= command.id %> --service output-processor --watch',
    '<%= config.bin %> <%= command.id %> -l layer=application -o wide',
  ];
  static override strict = false;
  static override completes = { name: 'pods' } as const;
  static override args = { name: Args.string({ description: 'pod, service or workload' }) };
  static override flags = {
    ...podChoiceFlags,
    'not-ready': Flags.boolean({ summary: 'only pods that are not ready', helpGroup: 'select' }),
    watch: Flags.boolean({ char: 'w', summary: 'print the list again whenever it changes' }),
    check: Flags.boolean({ summary: 'exit 9 if a pod is not ready', exclusive: ['watch'] }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(PodsList);
    const catalogue = await readCatalogue(this.installation.settings);
    const client = await this.installation.kubernetes();
    const { clock } = this.installation;
    const context = { catalogue, signal: this.signal, now: () => clock.now() };
    const choice = { ...podChoice(flags, argv), notReady: flags['not-ready'] };
    const targetFlags = targetFlagsOf(this.shared.chosen);
    const frame = (list: PodList) => ({
      view: podListView(list, { now: clock.now(), targetFlags }),
      document: list,
    });
    if (flags.watch) {
      const lists = watchPodList(client, choice, context);
      return this.output.watch(framesOf(lists, frame));
    }
    const list = await listPods(client, choice, context);
    const { view, document } = frame(list);
    await this.output.table(view, document);
    if (flags.check && list.summary.notReady > 0) this.exitWith(EXIT_CODES.findings);
  }
}

async function* framesOf<Frame>(
  lists: AsyncIterable<PodList>,
  frame: (list: PodList) => Frame,
): AsyncGenerator<Frame, void> {
  for await (const list of lists) yield frame(list);
}
