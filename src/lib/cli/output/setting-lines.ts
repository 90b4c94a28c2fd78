import { join } from 'node:path';
import { CONFIG_FILE, readConfigFile } from '../../installation/config-file.ts';
import type { InstallationOptions } from '../../installation/installation.ts';
import { explainSettings, resolveSettings } from '../../installation/settings.ts';
import { settingsDocument } from '../../installation/view.ts';

/**
 * Returns the lines of `--debug` about the settings: the source of each setting that is not a
 * default, and of each token. It reads no secret.
 */
export async function settingLines(options: InstallationOptions): Promise<readonly string[]> {
  const { chosen, env, configDir } = options;
  const path = join(configDir, CONFIG_FILE);
  const config = await readConfigFile(path);
  const { installation, settings, tokens, conflicts, withheld } = settingsDocument(
    path,
    resolveSettings(chosen, env, config),
    explainSettings(chosen, env, config),
  );
  return [
    installation === null ? `no profile is in use (${path})` : `profile ${installation} (${path})`,
    ...settings
      .filter(({ source }) => source !== 'default')
      .map(({ key, value, source, variable }) => `${key} is ${value}, from ${variable ?? source}`),
    ...Object.entries(tokens).flatMap(([whose, kept]) =>
      kept === null ? [] : [`${whose} token from a ${kept}`],
    ),
    ...conflicts,
    ...withheld,
  ].map((line) => `debug: ${line}`);
}
