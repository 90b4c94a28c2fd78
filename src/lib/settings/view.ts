import type { SystemSetting } from '../server/admin-api.ts';
import type { DetailView, TableView } from '../terminal/table.ts';
import { formatSetting, type SettingChange, type SettingReport } from './change-setting.ts';

/** Returns the list of settings. */
export function settingListView(settings: readonly SystemSetting[]): TableView<SystemSetting> {
  return {
    columns: [
      { key: 'name', value: (row) => row.name },
      { key: 'value', value: (row) => row.value, text: formatSetting, flexible: true },
      { key: 'type', value: (row) => row.type },
      { key: 'humanName', title: 'ON THE WEB PAGE', value: (row) => row.humanName, flexible: true },
      { key: 'description', wide: true, value: (row) => row.description, flexible: true },
    ],
    rows: settings,
    empty: 'The server has no settings.',
  };
}

/** Returns the details of one setting. */
export function settingView(setting: SystemSetting): DetailView {
  const fields = [
    { label: 'Name', value: setting.name },
    { label: 'On the web page', value: setting.humanName ?? '-' },
    { label: 'Value', value: formatSetting(setting) },
    { label: 'Type', value: setting.type },
    ...(setting.description === null ? [] : [{ label: 'About', value: setting.description }]),
  ];
  return { blocks: [{ kind: 'fields', fields }] };
}

/** Returns the view of a planned change. */
export function settingPlanView({ setting, value }: SettingChange): DetailView {
  const fields = [
    { label: 'Setting', value: titled(setting) },
    { label: 'Now', value: formatSetting(setting) },
    { label: 'Then', value: formatSetting({ value }) },
  ];
  return { blocks: [{ kind: 'fields', fields }] };
}

/** Returns the view of a change that was made. */
export function settingReportView(report: SettingReport): DetailView {
  const fields = [
    { label: 'Setting', value: report.name },
    { label: 'Before', value: formatSetting({ value: report.before }) },
    { label: 'Now', value: formatSetting(report) },
  ];
  return { blocks: [{ kind: 'fields', fields }] };
}

/** Returns the list of required organisations. */
export function orgsView(orgs: readonly string[]): TableView<{ readonly org: string }> {
  return {
    columns: [{ key: 'org', title: 'ORGANISATION', value: (row) => row.org }],
    rows: orgs.map((org) => ({ org })),
    empty: 'The list is empty: every GitHub user who can sign in can create an account.',
  };
}

function titled({ name, humanName }: SystemSetting): string {
  return humanName === null ? name : `${humanName} (${name})`;
}
