import type { Scenario } from '../scenario.ts';

/** Nomad 1.7.7 and Kubernetes 1.30, as in server 4.8. */
export const newNomad: Scenario = {
  name: 'new-nomad',
  summary: 'Nomad 1.7.7 and Kubernetes 1.30, as in server 4.8',
  nomad: { version: '1.7.7', clients: 5, builds: 6, finished: 6 },
  kubernetes: { version: 'v1.30.4+k3s1', execProtocols: ['v5', 'v4'] },
};
