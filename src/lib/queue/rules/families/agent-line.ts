/** As the operations guide shows it, and what gRPC's Go client says of a connection that fails. */
const OFFLINE =
  /error fetching config|the connection is unavailable|code = Unavailable|transport: Error while dialing|connection error: desc/i;

/** Whether a build agent says with this line that it does not reach the output-processor. */
export function isOffline(line: string): boolean {
  return OFFLINE.test(line);
}
