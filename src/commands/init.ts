import { resolve } from 'node:path';
import { ConfigEditCommand } from '../lib/cli/bases/config-command.ts';
import { Flags } from '../lib/cli/oclif.ts';
import { AdminError } from '../lib/errors.ts';
import {
  type ConnectNamespace,
  type DiscoveryCluster,
  findNamespaces,
  type InstallationNamespace,
  inspectNamespace,
} from '../lib/init/discover.ts';
import { proposeProfile } from '../lib/init/propose.ts';
import { checkProfileName, readNewSetting } from '../lib/installation/config-setting.ts';
import { connectKubernetes, listKubeContexts } from '../lib/installation/connect-kubernetes.ts';
import { EMPTY_CONFIG } from '../lib/installation/profile.ts';
import { planProfileChange } from '../lib/installation/profile-change.ts';
import { resolveSettings, type Settings } from '../lib/installation/settings.ts';

/** `init`: finds an installation and writes a profile for it. */
export class Init extends ConfigEditCommand {
  static override summary = 'find an installation, and write a profile for it';
  static override description =
    'Searches the kubeconfig for a namespace with a Nomad server, and reads the rest from the cluster. Shows the profile before it is written, and lists the settings it could not find.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --context prod --name prod --yes',
    '<%= config.bin %> <%= command.id %> --host circleci.example.com --token-file ~/.circleci-token',
    '<%= config.bin %> <%= command.id %> --dry-run --json',
  ];
  static override flags = {
    name: Flags.string({ summary: 'name of the new profile' }),
    host: Flags.string({ summary: "server's host name" }),
    'server-version': Flags.string({ summary: "server's version, such as 4.3", helpValue: 'X.Y' }),
    'token-file': Flags.string({ summary: 'file with an API token', helpValue: 'PATH' }),
    'token-command': Flags.string({
      summary: 'command that prints an API token',
      exclusive: ['token-file'],
    }),
    use: Flags.boolean({ summary: 'switch to it, if another one is in use' }),
  };

  readonly #opened: DiscoveryCluster[] = [];

  async run(): Promise<void> {
    const { flags } = await this.parse(Init);
    const file = await this.readConfig();
    const asking = this.runtime.stdin.isTTY && this.runtime.stderr.isTTY && !flags.yes;
    const settings = this.#settings();
    const context = await this.#context(settings, asking);
    const connect: ConnectNamespace = (namespace) => this.#connect(settings, context, namespace);
    if (this.runtime.stderr.isTTY)
      this.output.progress(`Looking for a Nomad server in ${context ?? 'the current context'}`);
    const namespace = await this.#chooseNamespace(connect, settings, asking);
    const found = await inspectNamespace(connect, namespace);
    const { host, server, kubernetes } = settings;
    const command = flags['token-command'] ?? null;
    if (command !== null) this.masker.add(command);
    const proposal = proposeProfile(
      found,
      {
        name: flags.name ?? this.shared.chosen.installation ?? null,
        host: flags.host ?? null,
        version: flags['server-version'] ?? null,
        tokenFile: flags['token-file'] ?? null,
        tokenCommand: command,
      },
      {
        kubeconfig: kubernetes.kubeconfig,
        host,
        caFile: host === null ? null : server.caFile,
        serverToken: server.token !== null,
        nomadToken: settings.nomad.token !== null,
      },
    );
    const name = asking ? await this.#name(proposal.name) : proposal.name;
    checkProfileName(name);
    const checked = proposal.settings.map((one) => ({ ...one, value: this.#checked(one) }));
    const wanted = { ...proposal, name, settings: checked, use: flags.use };
    const change = planProfileChange(wanted, file, this.editTarget, this.runtime.clock);
    await this.changeFile(name, change, flags);
  }

  protected override async finally(error?: Error): Promise<void> {
    await Promise.all(this.#opened.map((cluster) => cluster.close()));
    await super.finally(error);
  }

  /**
   * Resolves the settings without a profile, from the flags, the environment and the kubeconfig.
   */
  #settings(): Settings {
    const chosen = { ...this.shared.chosen, installation: undefined };
    return resolveSettings(chosen, this.runtime.env, EMPTY_CONFIG);
  }

  async #context(settings: Settings, asking: boolean): Promise<string | null> {
    const { context } = settings.kubernetes;
    if (context !== null || !asking) return context;
    const { contexts, current } = await listKubeContexts(settings, this.installationOptions);
    if (contexts.length <= 1) return current;
    const { choose } = await import('../lib/cli/rails/prompts.ts');
    return choose('Kubeconfig context', contexts, current, this.runtime);
  }

  async #connect(
    settings: Settings,
    context: string | null,
    namespace: string | null,
  ): Promise<DiscoveryCluster> {
    const kubernetes = { ...settings.kubernetes, context, namespace };
    const cluster = await connectKubernetes({ ...settings, kubernetes }, this.installationOptions);
    this.#opened.push(cluster);
    return cluster;
  }

  async #chooseNamespace(
    connect: ConnectNamespace,
    settings: Settings,
    asking: boolean,
  ): Promise<InstallationNamespace> {
    const places = await findNamespaces(connect, settings.kubernetes.namespace);
    const [first, ...more] = places;
    if (!first) throw await this.#nothingFound(settings);
    if (more.length === 0) return first;
    const names = places.map(({ namespace }) => namespace);
    if (!asking) {
      throw new AdminError(
        'usage',
        `More than one namespace has a Nomad server: ${names.join(', ')}`,
        {
          code: 'SEVERAL_INSTALLATIONS',
          hint: `Choose one: --namespace ${first.namespace}`,
        },
      );
    }
    const { choose } = await import('../lib/cli/rails/prompts.ts');
    const chosen = await choose('Namespace', names, null, this.runtime);
    return places.find(({ namespace }) => namespace === chosen) ?? first;
  }

  async #nothingFound(settings: Settings): Promise<AdminError> {
    const { contexts } = await listKubeContexts(settings, this.installationOptions);
    return new AdminError('notFound', 'No namespace has a pod that looks like a Nomad server', {
      code: 'NO_INSTALLATION_FOUND',
      hint: `Name the namespace with --namespace, or another context with --context: ${contexts.join(', ')}`,
    });
  }

  async #name(proposed: string): Promise<string> {
    const { askText } = await import('../lib/cli/rails/prompts.ts');
    return (await askText('Name of the installation', proposed, this.runtime)) ?? proposed;
  }

  /** Checks a value as `config set` does, and makes paths absolute. */
  #checked({ key, value }: { readonly key: string; readonly value: string }): string {
    const home = value.startsWith('~/') ? value : null;
    if (home !== null) return home;
    const path = key.endsWith('File') ? resolve(this.runtime.cwd, value) : value;
    return String(readNewSetting(key, path, this.runtime.cwd).value);
  }
}
