import { ADMIN_TOKEN, defaultUsers } from '../kubernetes/scenario.ts';
import type { Scenario } from '../scenario.ts';

const limitedFirst = [...defaultUsers('circleci-server')].sort(
  (a, b) => Number(a.token === ADMIN_TOKEN) - Number(b.token === ADMIN_TOKEN),
);

/**
 * The kubeconfig's user may only read pods, so that Nomad cannot be reached through the cluster.
 */
export const noPermissions: Scenario = {
  name: 'no-permissions',
  summary: "The kubeconfig's user may only read pods",
  nomad: { clients: 3, builds: 3 },
  kubernetes: { users: limitedFirst },
};
