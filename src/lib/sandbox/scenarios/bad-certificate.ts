import type { Scenario } from '../scenario.ts';

/** The certificate of the server's web address has expired. */
export const badCertificate: Scenario = {
  name: 'bad-certificate',
  summary: "The certificate of the server's web address has expired",
  nomad: { clients: 3, builds: 3 },
  kubernetes: {},
  server: { certificate: 'expired' },
};
