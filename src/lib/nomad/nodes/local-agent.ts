/** The address of the agent on the same machine, which is also the default of the nomad CLI. */
export const LOCAL_AGENT = 'http://127.0.0.1:4646';
