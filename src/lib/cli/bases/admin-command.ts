import type { Input, ParserOutput } from '@oclif/core/interfaces';
import type { Milliseconds } from '../../clock.ts';
import { EXIT_CODES, isAdminError } from '../../errors.ts';
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

/** The values that every command receives through oclif's config. */
export interface AdminConfigOptions {
  readonly runtime: Runtime;
  readonly masker: Masker;
}

type Values = Record<string, unknown>;

/** How long to wait, after the command, for the cluster identity that was read concurrently. */
const IDENTITY_WAIT: Milliseconds = 1_000;

/**
 * The base class of all commands. It provides the output and the installation, which are available
 * once the command has called `this.parse(...)`.
 */
export abstract class AdminCommand extends Command {
  static override baseFlags: typeof sharedFlags = sharedFlags;
  /** The kinds of names that arguments and flags take, for shell completion. */
  static completes: Completes = SHARED_NAMES;

  #output: Output | undefined;
  #shared: SharedValues | undefined;
  #installation: Installation | undefined;
  #signal: AbortSignal | undefined;
  readonly #cancelled = new AbortController();

  /** Runs a command with the given config; {@link Command.run} would reload it. */
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

  /** The process, or a replacement in tests. */
  protected get runtime(): Runtime {
    return this.#handed.runtime;
  }

  protected get masker(): Masker {
    return this.#handed.masker;
  }

  get #handed(): AdminConfigOptions {
    return this.config.options as unknown as AdminConfigOptions;
  }

  /** Aborted by Ctrl-C, also at a prompt. */
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

  /**
   * Whether the command needs an installation. Commands for local files return false, so that they
   * work without a valid profile and can repair one.
   */
  protected get needsInstallation(): boolean {
    return true;
  }

  /** Parses the arguments and creates the output and the installation, which connects lazily. */
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

  /** Creates the installation that the shared flags select; it connects lazily. */
  protected async chooseInstallation(): Promise<void> {
    if (this.shared.debug) {
      const { settingLines } = await import('../output/setting-lines.ts');
      for (const line of await settingLines(this.installationOptions)) this.output.talk(line);
    }
    const { connectInstallation } = await import('../../installation/installation.ts');
    this.#installation = await connectInstallation(this.installationOptions);
  }

  /** The options for connecting to the installation: shared flags, environment and debug output. */
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

  /** Prompts for a secret; returns null without a terminal. Ctrl-C cancels the command. */
  async #askSecret(question: string): Promise<string | null> {
    const { stdin, stderr } = this.runtime;
    if (!stdin.isTTY || !stderr.isTTY) return null;
    const { askSecret } = await import('../rails/ask.ts');
    const secret = await askSecret(question, this.runtime).catch((error: unknown) => {
      // A prompt receives Ctrl-C as input, not as a signal, so the other work is aborted here.
      this.#cancelled.abort(error);
      throw error;
    });
    this.masker.add(secret);
    return secret;
  }

  /** Rethrows: all errors are reported in `run.ts`. */
  protected override async catch(error: Error): Promise<void> {
    throw error;
  }

  protected override async finally(error?: Error): Promise<void> {
    const failed = error !== undefined && !(error instanceof ExitError);
    await this.#output?.end(failed);
    // The error of a refused change already says it.
    if (!isAdminError(error, 'refused')) await this.#warnOfOtherCluster();
    if (!failed) this.#output?.flush();
    await this.#installation?.close();
  }

  /** Warns that the data was read from another cluster than that of the profile. */
  async #warnOfOtherCluster(): Promise<void> {
    const identityRead = this.#installation?.startedIdentityRead();
    if (!identityRead) return;
    const answered = new AbortController();
    const never = (): null => null;
    const late = this.runtime.clock.sleep(IDENTITY_WAIT, answered.signal).then(never, never);
    const identity = await Promise.race([identityRead, late]);
    answered.abort();
    if (identity?.verdict !== 'other' || identity.seen === null) return;
    const { otherCluster } = await import('../../installation/identity.ts');
    const { name } = this.installation;
    const { message, hint } = otherCluster(name, identity.expected, identity.seen);
    this.output.warn(`${message}. ${hint ?? ''}`);
  }

  /**
   * Runs another program. Read-only command lines run at once; all others need the same
   * confirmation and are subject to the same guards as a change made by this tool.
   */
  protected async passThrough(what: PassedThrough & { readonly reading: boolean }): Promise<void> {
    if (what.reading) return this.exitWith(await what.run());
    const { runPassThrough } = await import('../rails/change.ts');
    this.exitWith(await runPassThrough(this.changeContext(), what));
  }

  /**
   * Runs work that goes on until Ctrl-C or SIGTERM, as kubectl does: the command then ends without a
   * message. The exit code still tells a script that nothing came to its end.
   */
  protected async untilInterrupted(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.signal.aborted) throw error;
      this.exitWith(EXIT_CODES.refused);
    }
  }

  /** Ends the command with an exit code, such as that of a program that was run. */
  protected exitWith(exitCode: number): void {
    if (exitCode !== 0) throw new ExitError(exitCode);
  }

  /** The installation that is changed, for prompts, guards and the audit log. */
  protected get changeSubject(): ChangeSubject {
    return this.installation;
  }

  /** The context for {@link runChange} and {@link runPassThrough}. */
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
