/** Where Nomad's servers speak to each other unless told otherwise; `server members` hides it. */
const DEFAULT_RPC_PORT = 4647;

/**
 * The leader in the table of `nomad server members` (command/server_members.go), as `host:port`;
 * null where no row is marked as the leader.
 */
export function leaderOfMembers(table: string): string | null {
  const [header, ...rows] = table.split('\n').map((line) => line.trim().split(/\s{2,}/));
  const address = header?.indexOf('Address') ?? -1;
  const leader = header?.indexOf('Leader') ?? -1;
  if (address < 0 || leader < 0) return null;
  const host = rows.find((row) => row[leader] === 'true')?.[address];
  return host === undefined ? null : `${host}:${DEFAULT_RPC_PORT}`;
}
