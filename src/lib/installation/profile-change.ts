import type { Clock } from '../clock.ts';
import { AdminError } from '../errors.ts';
import type { DetailView } from '../terminal/table.ts';
import { type EditableConfig, readEditableConfig } from './config-change.ts';
import { type ConfigEdit, type EditTarget, editConfig } from './edit-config.ts';
import { shownValue } from './key-values.ts';
import { diffLines } from './line-diff.ts';
import { type Profile, profileValue } from './profile.ts';
import { findKey } from './profile-keys.ts';
import { rewriteConfig } from './write-config.ts';

/** A key of a profile, its value and the source of the value. */
export interface ProposedSetting {
  readonly key: string;
  readonly value: string;
  readonly source: string;
}

/** The profile to write. */
export interface WantedProfile {
  readonly name: string;
  readonly settings: readonly ProposedSetting[];
  /** The settings that could not be found, and why. */
  readonly missing: readonly { readonly key: string; readonly why: string }[];
  /** Whether to make it the current profile. It becomes so anyway if there is none. */
  readonly use: boolean;
}

/** The JSON document of a written profile. */
export interface ProfileDocument {
  readonly path: string;
  readonly installation: string;
  /** Whether the file has no profile of this name yet. */
  readonly isNew: boolean;
  readonly inUse: boolean;
  readonly settings: readonly {
    readonly key: string;
    readonly value: string | number | boolean | null;
    readonly source: string;
  }[];
  readonly missing: readonly { readonly key: string; readonly why: string }[];
  /** Null in a plan. */
  readonly changed: boolean | null;
}

/**
 * Plans to write a profile as one change. Other keys of an existing profile of this name are kept.
 *
 * @throws AdminError as {@link editConfig}
 */
export function planProfileChange(
  wanted: WantedProfile,
  { text, config }: EditableConfig,
  target: EditTarget,
  clock: Clock,
) {
  const { name } = wanted;
  const old = Object.hasOwn(config.installations, name) ? config.installations[name] : undefined;
  const inUse = wanted.use || config.current === undefined || config.current === name;
  const edits = editsOf(wanted, inUse);
  const write = (from: string): string =>
    edits.reduce((now, edit) => editConfig(now, edit, target), from);
  const after = write(text);
  const document: ProfileDocument = documentOf(wanted, target.path, old === undefined, inUse);
  const fields = wanted.missing.map(({ key, why }) => ({ label: key, value: why }));
  let changed = false;
  return {
    action: `write installation ${name}`,
    plan: {
      view: {
        blocks: [
          { kind: 'fields', fields: [{ label: 'File', value: target.path }] },
          { kind: 'lines', lines: diffLines(text, after) },
          ...(fields.length > 0 ? [{ kind: 'fields', title: 'Not found', fields } as const] : []),
        ],
      } satisfies DetailView,
      document,
      warnings: old === undefined ? [] : [overwriting(wanted, old)],
      ...(after === text ? { nothing: `Nothing to do: ${target.path} already has this.` } : {}),
    },
    confirm: { kind: 'yes-no', question: `Write installation ${name}?` } as const,
    apply: () =>
      withoutEvents(async () => {
        await rewriteConfig(target.path, clock, write);
        const now = await readEditableConfig(target.path);
        if (write(now.text) !== now.text) throw notWritten(target.path);
        changed = true;
      }),
    describe: () => undefined,
    document: () => null,
    report: () => ({
      view: {
        blocks: [{ kind: 'lines', lines: outcome(name, target.path, inUse) }],
      } satisfies DetailView,
      document: { ...document, changed },
      exitCode: 0,
    }),
    interrupted: () => [`${target.path} is either unchanged or completely changed.`],
  };
}

/** Runs work as an iteration without events. */
function withoutEvents(work: () => Promise<void>): AsyncIterable<never> {
  const next = async (): Promise<IteratorResult<never, undefined>> => {
    await work();
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

function editsOf({ name, settings }: WantedProfile, inUse: boolean): readonly ConfigEdit[] {
  const sets = settings.map(
    ({ key, value }): ConfigEdit => ({ kind: 'set', installation: name, key, value }),
  );
  return inUse ? [...sets, { kind: 'use', installation: name }] : sets;
}

function documentOf(
  { name, settings, missing }: WantedProfile,
  path: string,
  isNew: boolean,
  inUse: boolean,
): ProfileDocument {
  const shown = settings.map(({ key, value, source }) => {
    const spec = findKey(key);
    return { key, value: spec ? shownValue(spec, value) : null, source };
  });
  return { path, installation: name, isNew, inUse, settings: shown, missing, changed: null };
}

function overwriting({ name, settings }: WantedProfile, old: Profile): string {
  const other = settings.filter(({ key, value }) => {
    const before = profileValue(old, key);
    return before !== undefined && before !== value;
  });
  const keys = other.map(({ key }) => key).join(', ');
  const what = other.length > 0 ? `this overwrites its ${keys}` : 'its settings do not change';
  return `The file already has an installation ${name}: ${what}.`;
}

function outcome(name: string, path: string, inUse: boolean): readonly string[] {
  const use = inUse
    ? `${name} is in use.`
    : `Another installation is in use. To use it: circleci-admin config use ${name}`;
  return [`${path}: installation ${name} was written.`, use, 'To check it: circleci-admin doctor'];
}

function notWritten(path: string): AdminError {
  return new AdminError('failed', `${path} does not contain what was written`, {
    code: 'CONFIG_WRITE',
    hint: 'Another program may have changed it at the same time. See: circleci-admin config show',
  });
}
