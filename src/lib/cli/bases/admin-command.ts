import type { Input, ParserOutput } from '@oclif/core/interfaces';
import type { Milliseconds } from '../../clock.ts';
import { isAdminError } from '../../errors.ts';
import type { Installation, InstallationOptions } from '../../installation/installation.ts';
import type { Masker } from '../../masking.ts';
import type { Completes } from '../completion/candidate.ts';
import { SHARED_NAMES, sharedFlags } from '../flags/shared-flags.ts';
import { readSharedFlags, type SharedValues } from '../flags/shared-values.ts';
import { Command } from '../oclif.ts';
import type { Output } from '../output/output.ts';
import { requestLine } from '../output/request-line.ts';
import { plainWords } from '../plain-words.ts';
import type { ChangeContext, ChangeSubject, PassedThrough } from '../rails/change.ts';
import { ExitError } from '../report-error.ts';
import type { Runtime } from '../runtime.ts';

/** What the command table hands to every command through oclif's config. */
export interface AdminConfigOptions {
  readonly runtime: Runtime;
  readonly masker: Masker;
}

type Values = Record<string, unknown>;

/** How long the answer may come after the command has ended; it was asked for beside the rest. */
const IDENTITY_WAIT: Milliseconds = 1_000;

/**
 * What every command stands on: where its result goes and which installation it is about. Both are
 * ready once the command has called `this.parse(...)`.
 */
export abstract class AdminCommand extends Command {
  static override baseFlags: typeof sharedFlags = sharedFlags;
  /** Which names the arguments and flags take, for completion in a shell. */
  static completes: Completes = SHARED_NAMES;

  #output: Output | undefined;
  #shared: SharedValues | undefined;
  #installation: Installation | undefined;
  #signal: AbortSignal | undefined;
  readonly #cancelled = new AbortController();

  /** Runs a command without oclif reloading its config, which {@link Command.run} would do. */
  static override async run<T extends Command>(
    this: new (
      argv: string[],
      config: Command['config'],
    ) => T,
    argv?: string[],
    config?: unknown,
  ): Promise<ReturnType<T['run']>> {
    const command = new this(argv ?? [], config as Command['config']);
    return (command as unknown as { _run(): Promise<ReturnType<T['run']>> })._run();
  }

  /** The process, or what a test puts in its place. */
  protected get runtime(): Runtime {
    return this.#handed.runtime;
  }

  protected get masker(): Masker {
    return this.#handed.masker;
  }

  get #handed(): AdminConfigOptions {
    return this.config.options as unknown as AdminConfigOptions;
  }

  /** Aborted by Ctrl-C, also where a question was answered with it. */
  protected get signal(): AbortSignal {
    this.#signal ??= AbortSignal.any([this.runtime.signal, this.#cancelled.signal]);
    return this.#signal;
  }

  protected get output(): Output {
    if (!this.#output) throw new Error('the command has not parsed its arguments yet');
    return this.#output;
  }

  protected get installation(): Installation {
    if (!this.#installation) throw new Error('the command has not parsed its arguments yet');
    return this.#installation;
  }

  protected get shared(): SharedValues {
    if (!this.#shared) throw new Error('the command has not parsed its arguments yet');
    return this.#shared;
  }

  /** Commands about this machine's own files say no: they work, and mend, where no profile does. */
  protected get needsInstallation(): boolean {
    return true;
  }

  /** Parses, and makes the output and the (not yet connected) installation from the shared flags. */
  protected override async parse<F extends Values, B extends Values, A extends Values>(
    options?: Input<F, B, A>,
    argv?: string[],
  ): Promise<ParserOutput<F, B, A>> {
    const words = plainWords(argv ?? this.argv, { ...options?.baseFlags, ...options?.flags });
    const parsed = await super.parse<F, B, A>(options, words);
    this.#shared = readSharedFlags(parsed.flags, this.runtime);
    this.#output = this.#shared.output(this.runtime, this.masker);
    if (this.needsInstallation) await this.chooseInstallation();
    return parsed;
  }

  /** Makes the installation (not yet connected) that the shared flags mean. */
  protected async chooseInstallation(): Promise<void> {
    if (this.shared.debug) {
      const { settingLines } = await import('../output/setting-lines.ts');
      for (const line of await settingLines(this.installationOptions)) this.output.talk(line);
    }
    const { connectInstallation } = await import('../../installation/installation.ts');
    this.#installation = await connectInstallation(this.installationOptions);
  }

  /** What an installation is connected with: the shared flags, the environment, the debug lines. */
  protected get installationOptions(): InstallationOptions {
    return {
      chosen: this.shared.chosen,
      env: this.runtime.env,
      home: this.runtime.home,
      configDir: this.config.configDir,
      clock: this.runtime.clock,
      masker: this.masker,
      userAgent: `circleci-admin/${this.config.version}`,
      askSecret: (question) => this.#askSecret(question),
      note: (line) => this.output.note(line),
      tracer: this.shared.debug ? (trace) => this.output.talk(requestLine(trace)) : undefined,
    };
  }

  /** Null where nobody is there to answer; who answers with Ctrl-C ends the command. */
  async #askSecret(question: string): Promise<string | null> {
    const { stdin, stderr } = this.runtime;
    if (!stdin.isTTY || !stderr.isTTY) return null;
    const { askSecret } = await import('../rails/ask.ts');
    const secret = await askSecret(question, this.runtime).catch((error: unknown) => {
      // Whatever else is under way ends as well: a terminal that asks sends no signal on Ctrl-C.
      this.#cancelled.abort(error);
      throw error;
    });
    this.masker.add(secret);
    return secret;
  }

  /** Errors are written at one place, `run.ts`. */
  protected override async catch(error: Error): Promise<void> {
    throw error;
  }

  protected override async finally(error?: Error): Promise<void> {
    const failed = error !== undefined && !(error instanceof ExitError);
    await this.#output?.end(failed);
    // A change was refused for it: said already.
    if (!isAdminError(error, 'refused')) await this.#warnOfOtherCluster();
    if (!failed) this.#output?.flush();
    await this.#installation?.close();
  }

  /** A read goes on, but says that what it has read is another cluster's. */
  async #warnOfOtherCluster(): Promise<void> {
    const asked = this.#installation?.identityAsked();
    if (!asked) return;
    const answered = new AbortController();
    const never = (): null => null;
    const late = this.runtime.clock.sleep(IDENTITY_WAIT, answered.signal).then(never, never);
    const identity = await Promise.race([asked, late]);
    answered.abort();
    if (identity?.verdict !== 'other' || identity.seen === null) return;
    const { otherCluster } = await import('../../installation/identity.ts');
    const { name } = this.installation;
    const { message, hint } = otherCluster(name, identity.expected, identity.seen);
    this.output.warn(`${message}. ${hint ?? ''}`);
  }

  /**
   * Runs another program: reading command lines at once, all others after the same question and
   * with the same refusals as a change of our own.
   */
  protected async passThrough(what: PassedThrough & { readonly reading: boolean }): Promise<void> {
    if (what.reading) return this.exitWith(await what.run());
    const { runPassThrough } = await import('../rails/change.ts');
    this.exitWith(await runPassThrough(this.changeContext(), what));
  }

  /** Ends with an exit code of its own, such as that of a program that was passed through. */
  protected exitWith(exitCode: number): void {
    if (exitCode !== 0) throw new ExitError(exitCode);
  }

  /** What is changed, as the rails name it. */
  protected get changeSubject(): ChangeSubject {
    return this.installation;
  }

  /** What the rails of a change need to know. */
  protected changeContext(): ChangeContext {
    return {
      runtime: this.runtime,
      output: this.output,
      masker: this.masker,
      installation: this.changeSubject,
      dataDir: this.config.dataDir,
      command: [...(this.id ?? '').split(':'), ...this.argv],
    };
  }
}
