/** The state of a port as seen from a Nomad client. */
export type PortSituation = 'open' | 'refused' | 'timeout' | 'no-such-name' | 'tls-failure';

/** The machines reachable by SSH, and what they can reach. */
export interface SshScenario {
  /**
   * The state of `host:port`, or of every port of `host`; `server` stands for the address of the
   * simulated server. Others are open.
   */
  readonly ports?: Readonly<Record<string, PortSituation>>;
}
