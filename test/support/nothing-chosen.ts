import type { Chosen } from '../../src/lib/installation/settings.ts';

/** The values of a command line without any flag that selects an installation. */
export const NOTHING_CHOSEN: Chosen = {
  installation: undefined,
  context: undefined,
  namespace: undefined,
  kubeconfig: undefined,
  nomadAccess: undefined,
  nomadAddress: undefined,
  nomadPod: undefined,
  requestTimeout: undefined,
  readOnly: undefined,
};
