import type { Input, ParserOutput } from '@oclif/core/interfaces';
import { AdminError } from '../errors.ts';
import type { Installation } from '../installation/installation.ts';
import type { Masker } from '../masking.ts';
import type { ChangeContext, ChangeSubject } from './change.ts';
import { Command } from './oclif.ts';
import type { Output } from './output.ts';
import { ExitError } from './report-error.ts';
import type { Runtime } from './runtime.ts';
import { sharedFlags } from './shared-flags.ts';
import { readSharedFlags, type SharedValues } from './shared-values.ts';

/** What the command table hands to every command through oclif's config. */
export interface AdminConfigOptions {
  readonly runtime: Runtime;
  readonly masker: Masker;
}

type Values = Record<string, unknown>;

/**
 * What every command stands on: where its result goes and which installation it is about. Both are
 * ready once the command has called `this.parse(...)`.
 */
export abstract class AdminCommand extends Command {
  static override baseFlags: typeof sharedFlags = sharedFlags;

  #output: Output | undefined;
  #shared: SharedValues | undefined;
  #installation: Installation | undefined;

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

  /** Aborted by Ctrl-C. */
  protected get signal(): AbortSignal {
    return this.runtime.signal;
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
    refuseSwitchValues(argv ?? this.argv, { ...options?.baseFlags, ...options?.flags });
    const parsed = await super.parse<F, B, A>(options, argv);
    this.#shared = readSharedFlags(parsed.flags, this.runtime);
    this.#output = this.#shared.output(this.runtime, this.masker);
    if (!this.needsInstallation) return parsed;
    const { connectInstallation } = await import('../installation/installation.ts');
    this.#installation = await connectInstallation({
      chosen: this.#shared.chosen,
      env: this.runtime.env,
      home: this.runtime.home,
      configDir: this.config.configDir,
      clock: this.runtime.clock,
      masker: this.masker,
      userAgent: `circleci-admin/${this.config.version}`,
      tracer: this.#shared.debug
        ? (trace) => {
            const outcome = trace.status ?? trace.error ?? 'no answer';
            const again = trace.attempt > 1 ? ` (attempt ${trace.attempt})` : '';
            this.output.talk(
              `debug: ${trace.method} ${trace.url} ${outcome} ${Math.round(trace.durationMs)} ms${again}`,
            );
          }
        : undefined,
    });
    return parsed;
  }

  /** Errors are written at one place, `run.ts`. */
  protected override async catch(error: Error): Promise<void> {
    throw error;
  }

  protected override async finally(): Promise<void> {
    await this.#installation?.close();
  }

  /**
   * Lets another program's command line through: reading ones at once, all others after the same
   * question and with the same refusals as a change of our own.
   */
  protected async guardPassThrough(what: {
    readonly command: string;
    readonly reading: boolean;
    readonly yes: boolean;
  }): Promise<void> {
    if (what.reading) return;
    const { guardPassThrough } = await import('./change.ts');
    await guardPassThrough(this.changeContext(), what.command, what.yes);
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

/**
 * Oclif reads `--yes=false` as `--yes`: what was meant to be off would be on.
 *
 * @throws AdminError of kind `usage`, code BAD_FLAGS
 */
function refuseSwitchValues(
  argv: readonly string[],
  flags: Readonly<Record<string, { readonly type: string }>>,
): void {
  for (const word of argv) {
    if (word === '--') return;
    const name = /^--([\w-]+)=/.exec(word)?.[1];
    if (name === undefined || flags[name]?.type !== 'boolean') continue;
    throw new AdminError('usage', `--${name} takes no value`, {
      code: 'BAD_FLAGS',
      hint: `Write --${name}, or leave it out.`,
    });
  }
}
