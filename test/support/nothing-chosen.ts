import type { Chosen } from '../../src/lib/installation/settings.ts';

/** A command line that says nothing of the installation. */
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
