/** Where the agent of a machine answers, by itself and by the nomad CLI's default. */
export const LOCAL_AGENT = 'http://127.0.0.1:4646';
