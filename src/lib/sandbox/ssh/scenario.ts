/** How a port looks from a Nomad client. */
export type PortSituation = 'open' | 'refused' | 'timeout' | 'no-such-name' | 'tls-failure';

/** The machines that are reached by SSH, and what they can reach. */
export interface SshScenario {
  /**
   * How `host:port`, or every port of `host`, looks; `server` is the address of the simulated server.
   * What is not named is open.
   */
  readonly ports?: Readonly<Record<string, PortSituation>>;
}
