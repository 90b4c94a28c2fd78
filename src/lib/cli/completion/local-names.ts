import { join } from 'node:path';
import { listChanges } from '../../audit/read-log.ts';
import { CONFIG_FILE, readConfigFile } from '../../installation/config-file.ts';
import { PROFILE_KEYS } from '../../installation/profile-keys.ts';
import { AUDIT_FILE } from '../rails/audit-log.ts';
import type { Candidate } from './candidate.ts';

/** The maximum number of changes to offer. */
const MAX_CHANGES = 50;

interface LocalDirectories {
  readonly configDir: string;
  readonly dataDir: string;
}

type LocalNames = (directories: LocalDirectories) => Promise<readonly Candidate[]>;

/** Readers of names that are stored on this machine. */
export const LOCAL_NAMES: Readonly<Record<'installations' | 'settings' | 'changes', LocalNames>> = {
  installations: async ({ configDir }) => {
    const { installations } = await readConfigFile(join(configDir, CONFIG_FILE));
    return Object.entries(installations).map(([value, { host }]) => ({ value, about: host ?? '' }));
  },
  settings: async () =>
    PROFILE_KEYS.map(({ key, description }) => ({ value: key, about: description })),
  changes: async ({ dataDir }) => {
    const { entries } = await listChanges(join(dataDir, AUDIT_FILE), { limit: MAX_CHANGES });
    return entries.map(({ id, action }) => ({ value: id, about: action ?? '' })).reverse();
  },
};
