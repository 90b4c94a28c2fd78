import type { TableView } from '../terminal/table.ts';
import type { ConfigFinding } from './config-document.ts';
import { shownValue } from './key-values.ts';
import type { ConfigFile, Profile } from './profile.ts';
import { findKey } from './profile-keys.ts';
import type { Setting, SettingSource } from './setting-origins.ts';
import type { Settings } from './settings.ts';

/** A summary of an installation in the config file. Values that are not set are null. */
export interface InstallationRow {
  readonly name: string;
  readonly inUse: boolean;
  readonly host: string | null;
  readonly version: string | null;
  readonly context: string | null;
  readonly namespace: string | null;
  readonly nomadAddress: string | null;
  readonly readOnly: boolean;
}

/** Returns the installations in the order of the config file. */
export function listInstallations({ current, installations }: ConfigFile): InstallationRow[] {
  return Object.entries(installations).map(([name, profile]) => row(name, profile, current));
}

function row(name: string, profile: Profile, current: string | undefined): InstallationRow {
  return {
    name,
    inUse: name === current,
    host: profile.host ?? null,
    version: profile.version ?? null,
    context: profile.kubernetes?.context ?? null,
    namespace: profile.kubernetes?.namespace ?? null,
    nomadAddress: profile.nomad?.address ?? null,
    readOnly: profile.readOnly ?? false,
  };
}

/** Returns the installations as a table, with a mark at the current one. */
export function installationsView(rows: readonly InstallationRow[]): TableView<InstallationRow> {
  return {
    columns: [
      {
        key: 'inUse',
        title: '',
        value: (one) => one.inUse,
        text: (one) => (one.inUse ? '*' : ''),
        tone: (one) => (one.inUse ? 'good' : undefined),
      },
      { key: 'name', value: (one) => one.name },
      { key: 'host', value: (one) => one.host, flexible: true },
      { key: 'version', value: (one) => one.version },
      { key: 'context', value: (one) => one.context, flexible: true },
      { key: 'namespace', value: (one) => one.namespace },
      { key: 'nomadAddress', title: 'NOMAD', value: (one) => one.nomadAddress, wide: true },
      {
        key: 'readOnly',
        title: 'READ ONLY',
        value: (one) => one.readOnly,
        text: (one) => (one.readOnly ? 'yes' : 'no'),
      },
    ],
    rows,
    empty: 'The config file has no installations. To create one: circleci-admin init',
  };
}

/** A setting for display. It contains no secrets, only their sources. */
export interface SettingRow {
  readonly key: string;
  readonly value: string | number | boolean | null;
  readonly source: SettingSource;
  /** The environment variable that set it; null if none did. */
  readonly variable: string | null;
}

/** The JSON document of `config show`. */
export interface SettingsDocument {
  /** Null if no profile is in use. */
  readonly installation: string | null;
  readonly path: string;
  readonly settings: readonly SettingRow[];
  /** The kind of source of each token; null if there is no token. */
  readonly tokens: Readonly<Record<'nomad' | 'server', 'file' | 'command' | 'variable' | null>>;
  /** One sentence for each ambient variable that differs from the profile and is ignored. */
  readonly conflicts: readonly string[];
  /** One sentence for each token that is not sent. */
  readonly withheld: readonly string[];
}

/** Creates the document of `config show`, without reading a secret. */
export function settingsDocument(
  path: string,
  settings: Settings,
  decided: readonly Setting[],
): SettingsDocument {
  return {
    installation: settings.profile,
    path,
    settings: decided.map(({ key, value, source, variable }) => {
      const spec = findKey(key);
      return { key, value: spec ? shownValue(spec, value) : null, source, variable };
    }),
    tokens: {
      nomad: tokenSource(settings.nomad.token),
      server: tokenSource(settings.server.token),
    },
    conflicts: settings.conflicts,
    withheld: settings.withheld,
  };
}

function tokenSource(token: Settings['server']['token']): 'file' | 'command' | 'variable' | null {
  if (token === null) return null;
  if ('value' in token) return 'variable';
  return token.file === undefined ? 'command' : 'file';
}

/** Returns the settings as a table with their sources. */
export function settingsView(document: SettingsDocument): TableView<SettingRow> {
  const { tokens, installation, path } = document;
  const token = (name: string, place: string | null): string =>
    `${name} token: ${place === null ? 'none' : `from a ${place}`}`;
  return {
    columns: [
      { key: 'key', value: (one) => one.key },
      { key: 'value', value: (one) => one.value, flexible: true },
      {
        key: 'source',
        value: (one) => one.source,
        text: ({ source, variable }) => (variable === null ? source : `${source} (${variable})`),
        tone: (one) => (one.source === 'default' ? 'quiet' : undefined),
      },
      { key: 'variable', value: (one) => one.variable, wide: true },
    ],
    rows: document.settings,
    footer: [
      installation === null
        ? `No profile is in use (${path})`
        : `Profile: ${installation} (${path})`,
      token('Nomad', tokens.nomad),
      token('Server', tokens.server),
    ],
  };
}

/** Returns the findings of `config validate` as a table. */
export function findingsView(findings: readonly ConfigFinding[]): TableView<ConfigFinding> {
  return {
    columns: [
      { key: 'line', value: (one) => one.line, align: 'right' },
      { key: 'column', title: 'COL', value: (one) => one.column, align: 'right' },
      { key: 'message', value: (one) => one.message, flexible: true },
      { key: 'hint', value: (one) => one.hint, text: (one) => one.hint ?? '', flexible: true },
      { key: 'key', value: (one) => one.key, wide: true },
    ],
    rows: findings,
  };
}
