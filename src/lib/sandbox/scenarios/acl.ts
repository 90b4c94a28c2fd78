import type { Scenario } from '../scenario.ts';

/** Nomad requires a token. */
export const acl: Scenario = {
  name: 'acl',
  summary: 'Nomad requires a token',
  nomad: { clients: 3, builds: 3, token: '5a4d0b0c-0000-4000-8000-5a4db0c0ffee' },
  kubernetes: {},
};
