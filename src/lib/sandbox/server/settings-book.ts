import type { ServerScenario } from './scenario.ts';

/** A system setting in the server's format. */
export interface SettingRecord {
  readonly name: string;
  readonly human_name: string;
  readonly description: string;
  readonly value_type: 'Boolean' | 'Number' | 'String';
  readonly display_type: 'text' | 'textarea';
  value: boolean | number | string | null;
}

/** Names that CircleCI has not published, modelled on those it has. */
const UNPUBLISHED = {
  suspendNewUsers: 'suspend-new-users',
  requiredOrgs: 'required-org-membership-list',
};

/** The system settings of the installation. */
export class SettingsBook {
  readonly #suspendNewUsers: string;
  readonly #settings: ReadonlyMap<string, SettingRecord>;

  constructor(names: ServerScenario['settingNames'] = {}) {
    const { suspendNewUsers, requiredOrgs } = { ...UNPUBLISHED, ...names };
    this.#suspendNewUsers = suspendNewUsers;
    this.#settings = new Map(
      makeSettings(suspendNewUsers, requiredOrgs).map((setting) => [setting.name, setting]),
    );
  }

  all(): readonly SettingRecord[] {
    return [...this.#settings.values()];
  }

  find(name: string): SettingRecord | undefined {
    return this.#settings.get(name);
  }

  /** Whether users are suspended when they sign in for the first time. */
  get suspendsNewUsers(): boolean {
    return this.find(this.#suspendNewUsers)?.value === true;
  }
}

/** Returns why a value is invalid for a setting; undefined if it is valid. */
export function settingFault({ value_type }: SettingRecord, value: unknown): string | undefined {
  return typeof value === value_type.toLowerCase() ? undefined : `Value must be a ${value_type}`;
}

function makeSettings(suspendNewUsers: string, requiredOrgs: string): readonly SettingRecord[] {
  const text = { value_type: 'String', display_type: 'text' } as const;
  const number = { value_type: 'Number', display_type: 'text' } as const;
  const boolean = { value_type: 'Boolean', display_type: 'text' } as const;
  return [
    {
      ...boolean,
      name: suspendNewUsers,
      human_name: 'Suspend New Users',
      description: 'Suspend new users until an administrator activates them.',
      value: false,
    },
    {
      ...text,
      name: requiredOrgs,
      human_name: 'Required Org Membership List',
      description:
        'Comma-delimited list of the GitHub organizations one of which a user has to be a member of.',
      display_type: 'textarea',
      value: '',
    },
    {
      ...text,
      name: 'override-webhook-host-url',
      human_name: 'Override webhook host URL',
      description: 'Where GitHub sends webhooks, if not to the address of this installation.',
      value: null,
    },
    {
      ...number,
      name: 'wfc-workflow-deletion-retention-period',
      human_name: 'Workflow retention period',
      description: 'Days that workflows are kept.',
      value: 730,
    },
    {
      ...number,
      name: 'wfc-workflow-deletion-interval',
      human_name: 'Workflow deletion interval',
      description: 'Milliseconds between two deletions of old workflows; 0 switches them off.',
      value: 0,
    },
    {
      ...number,
      name: 'delete-old-builds.retention-limit-days',
      human_name: 'Build retention limit',
      description: 'Days that builds are kept.',
      value: 0,
    },
    {
      ...boolean,
      name: 'delete-old-action-logs.enabled',
      human_name: 'Delete old action logs',
      description: 'Delete the output of steps with their builds.',
      value: false,
    },
  ];
}
