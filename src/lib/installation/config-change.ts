import type { Clock } from '../clock.ts';
import { AdminError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { DetailView } from '../terminal/table.ts';
import { readConfigText } from './config-document.ts';
import { badConfig, readConfigBytes } from './config-file.ts';
import { type ConfigEdit, type EditTarget, editConfig } from './edit-config.ts';
import { shownValue } from './key-values.ts';
import { diffLines } from './line-diff.ts';
import { type ConfigFile, type Profile, profileValue } from './profile.ts';
import { findKey, PROFILE_KEYS } from './profile-keys.ts';
import { rewriteConfig } from './write-config.ts';

/** The config file before an edit. */
export interface EditableConfig {
  readonly text: string;
  /** The valid part of the file. */
  readonly config: ConfigFile;
}

/**
 * Reads the config file for an edit. It may have faults but must be valid YAML.
 *
 * @throws AdminError of kind `validation`, code BAD_CONFIG
 */
export async function readEditableConfig(path: string): Promise<EditableConfig> {
  const text = (await readConfigBytes(path)) ?? '';
  const { config, readable, findings } = readConfigText(text);
  const [first] = findings;
  if (first && !readable) throw badConfig(path, first, findings.length - 1);
  return { text, config };
}

/** An edit of the config file as a change (see `cli/rails/change.ts`). Only the file changes. */
export interface ConfigChange {
  readonly action: string;
  readonly plan: {
    readonly view: DetailView;
    readonly document: ConfigChangeDocument;
    readonly warnings: readonly string[];
    readonly nothing?: string;
  };
  readonly confirm: { readonly kind: 'yes-no'; readonly question: string };
  apply(): AsyncGenerator<never, void, undefined>;
  describe(event: never): undefined;
  document(event: never): null;
  report(): {
    readonly view: DetailView;
    readonly document: ConfigChangeDocument;
    readonly exitCode: 0;
  };
  interrupted(): readonly string[];
}

/** The JSON document of an edit. Commands that print secrets are shown without their arguments. */
export interface ConfigChangeDocument {
  readonly path: string;
  readonly action: ConfigEdit['kind'];
  readonly installation: string;
  readonly key: string | null;
  readonly before: string | number | boolean | null;
  readonly after: string | number | boolean | null;
  /** Null in a plan. */
  readonly changed: boolean | null;
}

/**
 * Plans an edit. Applying it reads the file again, so that concurrent changes are kept.
 *
 * @throws AdminError as {@link editConfig} does
 */
export function planConfigEdit(
  edit: ConfigEdit,
  { text, config }: EditableConfig,
  target: EditTarget,
  clock: Clock,
): ConfigChange {
  const after = editConfig(text, edit, target);
  const action = describeEdit(edit);
  const document = documentOf(edit, config, target.path);
  let changed = false;
  return {
    action,
    plan: {
      view: {
        blocks: [
          { kind: 'fields', fields: [{ label: 'File', value: target.path }] },
          { kind: 'lines', lines: diffLines(text, after) },
        ],
      },
      document,
      warnings: warningsOf(edit, config),
      ...(after === text ? { nothing: `Nothing to do: ${target.path} already has this.` } : {}),
    },
    confirm: { kind: 'yes-no', question: `${capital(action)}?` },
    async *apply() {
      await rewriteConfig(target.path, clock, (now) => editConfig(now, edit, target));
      await verify(edit, target);
      changed = true;
    },
    describe: () => undefined,
    document: () => null,
    report: () => ({
      view: { blocks: [{ kind: 'lines', lines: outcome(edit, config, target.path, changed) }] },
      document: { ...document, changed },
      exitCode: 0,
    }),
    interrupted: () => [`${target.path} is either unchanged or completely changed.`],
  };
}

/** Returns all command lines in the profiles, whose arguments may contain a secret. */
export function commandLines(config: ConfigFile): readonly string[] {
  const keys = PROFILE_KEYS.filter(({ kind }) => kind === 'command');
  return Object.values(config.installations).flatMap((profile) =>
    keys
      .map(({ key }) => profileValue(profile, key))
      .filter((value): value is string => typeof value === 'string'),
  );
}

/**
 * Throws if the installation to remove is the current one and there are others to switch to.
 *
 * @throws AdminError of kind `refused`, code INSTALLATION_IN_USE
 */
export function refuseToRemoveInUse(name: string, config: ConfigFile): void {
  const others = Object.keys(config.installations).filter((other) => other !== name);
  if (config.current !== name || others.length === 0) return;
  throw new AdminError('refused', `Installation ${name} is in use`, {
    code: 'INSTALLATION_IN_USE',
    hint: `Switch to another one first: circleci-admin config use ${others.length === 1 ? others[0] : `NAME (${others.join(', ')})`}`,
  });
}

async function verify(edit: ConfigEdit, target: EditTarget): Promise<void> {
  const { text } = await readEditableConfig(target.path);
  if (editConfig(text, edit, target) === text) return;
  throw new AdminError('failed', `${target.path} does not contain what was written`, {
    code: 'CONFIG_WRITE',
    hint: 'Another program may have changed it at the same time. See: circleci-admin config show',
  });
}

function describeEdit(edit: ConfigEdit): string {
  switch (edit.kind) {
    case 'set':
      return `set ${edit.key} of installation ${edit.installation}`;
    case 'unset':
      return `unset ${edit.key} of installation ${edit.installation}`;
    case 'use':
      return `use installation ${edit.installation}`;
    case 'remove':
      return `remove installation ${edit.installation} from the config file`;
  }
}

function documentOf(edit: ConfigEdit, config: ConfigFile, path: string): ConfigChangeDocument {
  const { kind: action, installation } = edit;
  const base = { path, action, installation, changed: null };
  if (edit.kind === 'use') {
    return { ...base, key: null, before: config.current ?? null, after: installation };
  }
  if (edit.kind === 'remove') return { ...base, key: null, before: installation, after: null };
  const spec = findKey(edit.key);
  const profile = profileOf(config, installation);
  const before = spec && profile ? shownValue(spec, profileValue(profile, edit.key)) : null;
  const after = spec && edit.kind === 'set' ? shownValue(spec, edit.value) : null;
  return { ...base, key: edit.key, before, after };
}

function warningsOf(edit: ConfigEdit, config: ConfigFile): readonly string[] {
  if (edit.kind !== 'set' || profileOf(config, edit.installation)) return [];
  const near = nearest(edit.installation, Object.keys(config.installations));
  const meant = near === null ? '' : ` The file already has ${near}: did you mean that one?`;
  return near === null ? [] : [`This creates a new installation ${edit.installation}.${meant}`];
}

function outcome(
  edit: ConfigEdit,
  config: ConfigFile,
  path: string,
  changed: boolean,
): readonly string[] {
  if (!changed) return [`${path} was not changed.`];
  const done = `${path}: ${describeEdit(edit)}: done.`;
  const inUse = edit.kind === 'use' || config.current !== undefined || edit.kind === 'remove';
  if (inUse) return [done];
  return [
    done,
    `No installation is in use. To use it: circleci-admin config use ${edit.installation}`,
  ];
}

function profileOf(config: ConfigFile, name: string): Profile | undefined {
  return Object.hasOwn(config.installations, name) ? config.installations[name] : undefined;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
