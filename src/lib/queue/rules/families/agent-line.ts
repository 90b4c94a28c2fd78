/**
 * The line in the operations guide, and the messages of gRPC's Go client for a failed connection.
 */
const OFFLINE =
  /error fetching config|the connection is unavailable|code = Unavailable|transport: Error while dialing|connection error: desc/i;

/** Returns whether a build agent's log line says that it cannot reach the output-processor. */
export function isOffline(line: string): boolean {
  return OFFLINE.test(line);
}
