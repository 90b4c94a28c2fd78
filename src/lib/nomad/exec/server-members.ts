/** The default RPC port of Nomad's servers; `server members` does not print it. */
const DEFAULT_RPC_PORT = 4647;

/**
 * Returns the leader as `host:port` from the table of `nomad server members`
 * (command/server_members.go); null if no row is marked as the leader.
 */
export function leaderOfMembers(table: string): string | null {
  const [header, ...rows] = table.split('\n').map((line) => line.trim().split(/\s{2,}/));
  const address = header?.indexOf('Address') ?? -1;
  const leader = header?.indexOf('Leader') ?? -1;
  if (address < 0 || leader < 0) return null;
  const host = rows.find((row) => row[leader] === 'true')?.[address];
  return host === undefined ? null : `${host}:${DEFAULT_RPC_PORT}`;
}
