import {
  changeSetting,
  formatSetting,
  type SettingChange,
  type SettingChanger,
  type SettingReport,
} from '../../settings/change-setting.ts';
import { settingPlanView, settingReportView } from '../../settings/view.ts';
import type { Change } from '../rails/change.ts';

/** Returns a change of a setting. To undo it, set the former value. */
export function settingChange(
  api: SettingChanger,
  change: SettingChange,
  context: { readonly installation: string; readonly targetFlags: string },
): Change<never> {
  const { setting, value } = change;
  const { name } = setting;
  const nothing = setting.value === value;
  let report: SettingReport = {
    name,
    outcome: 'unchanged',
    before: setting.value,
    value: setting.value,
  };
  return {
    action: `set ${name} to ${formatSetting({ value })}`,
    plan: {
      view: settingPlanView(change),
      document: nothing ? report : { name, before: setting.value, value },
      warnings: nothing ? [] : change.warnings,
      ...(nothing
        ? { nothing: `Nothing to do: ${name} is already ${formatSetting(setting)}.` }
        : {}),
    },
    confirm: {
      kind: 'yes-no',
      question: `Set ${name} of ${context.installation} to ${formatSetting({ value })}?`,
    },
    apply: async function* (signal: AbortSignal) {
      report = await changeSetting(api, change, signal);
      yield* [];
    },
    describe: () => undefined,
    document: (event) => event,
    report: () => ({ view: settingReportView(report), document: report, exitCode: 0 }),
    interrupted: () => [
      `Stopped. To check whether it was set: circleci-admin settings get${context.targetFlags} ${name}`,
    ],
  };
}
