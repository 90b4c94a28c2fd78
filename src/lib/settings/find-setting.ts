import { AdminError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { SystemSetting } from '../server/admin-api.ts';

/** Settings that the operations guide names by their label on the web page. */
export type GuideSetting = 'suspendNewUsers' | 'requiredOrgs';

/** The machine names are not public, so these settings are found by their labels. */
const HUMAN_NAMES: Readonly<Record<GuideSetting, RegExp>> = {
  suspendNewUsers: /^suspend new users$/i,
  // Server 4.10 writes "organization".
  requiredOrgs: /^required org(?:anization)? membership list$/i,
};

const TITLES: Readonly<Record<GuideSetting, string>> = {
  suspendNewUsers: 'Suspend New Users',
  requiredOrgs: 'Required Org Membership List',
};

/**
 * Finds a setting by its name or its label on the web page, ignoring case.
 *
 * @throws AdminError of kind `notFound`, code SETTING_NOT_FOUND
 */
export function findSetting(settings: readonly SystemSetting[], name: string): SystemSetting {
  const wanted = name.trim().toLowerCase();
  const found =
    settings.find((setting) => setting.name === name) ??
    settings.find((setting) => setting.name.toLowerCase() === wanted) ??
    settings.find((setting) => setting.humanName?.toLowerCase() === wanted);
  if (found) return found;
  const near = nearest(
    name,
    settings.flatMap((setting) => [setting.name, setting.humanName ?? setting.name]),
  );
  throw new AdminError('notFound', `The server has no setting "${name}"`, {
    code: 'SETTING_NOT_FOUND',
    hint: `${near === null ? '' : `Did you mean ${near}? `}List the settings: circleci-admin settings list`,
  });
}

/**
 * Finds a setting of the operations guide by the machine name in the profile, or else by its label
 * on the web page.
 *
 * @throws AdminError of kind `notFound`, code SETTING_NOT_FOUND
 */
export function findGuideSetting(
  settings: readonly SystemSetting[],
  which: GuideSetting,
  override: string | null,
): SystemSetting {
  if (override !== null) return findSetting(settings, override);
  const found = settings.find(({ humanName }) => HUMAN_NAMES[which].test(humanName ?? ''));
  if (found) return found;
  throw new AdminError('notFound', `The server has no setting "${TITLES[which]}"`, {
    code: 'SETTING_NOT_FOUND',
    hint: `Find its name: circleci-admin settings list. Then set it: circleci-admin config set server.settingNames.${which} NAME`,
  });
}
